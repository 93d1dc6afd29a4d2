import HTTPTypes
import NIOHTTPTypes

extension HTTPRequestPart {
    /// Whether a request is whole with it.
    var isEnd: Bool { if case .end = self { true } else { false } }
}

extension HTTPRequest {
    /// Whether no request can follow it on its connection: the client says so, or the parser reads nothing
    /// behind it, since another protocol might follow.
    ///
    /// None does: `Upgrade` may be ignored (RFC 9110, section 7.8), but what was sent behind it can't be read
    /// any more.
    var isLastOfConnection: Bool {
        headerFields.hasConnectionOption("close") || headerFields[.upgrade] != nil
            || method == .connect
    }
}

extension HTTPFields {
    /// Whether `Connection`, which is a list (RFC 9110, section 7.6.1), has an option, given in lower case.
    func hasConnectionOption(_ option: String) -> Bool {
        guard let text = self[.connection] else { return false }
        return text.lowercased().split(separator: ",").contains { item in
            item.filter { $0 != " " && $0 != "\t" } == option
        }
    }
}
