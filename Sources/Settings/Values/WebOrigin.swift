/// Where a web page comes from, as its browser tells it (RFC 6454, section 7): a scheme, a host and a
/// port.
public struct WebOrigin: Sendable {
    /// The scheme in lower case.
    public let scheme: String
    /// The host and the port.
    public let authority: Authority

    /// An origin; `nil` for `null`, which a page of any website can be, and for what is none.
    public init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
            text[colon...].hasPrefix("://"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        scheme = text[..<colon].lowercased()
        authority = Authority(text[colon...].dropFirst(3))
        // A port that is none would be a host that another parser sees behind it.
        guard authority.port.map({ UInt16($0) != nil }) ?? true else { return nil }
    }

    /// The port, by the scheme where none is written.
    public var port: Int? {
        if let port = authority.port { return Int(port) }
        return ["http": 80, "https": 443][scheme]
    }

    /// Whether any machine can be behind it; what is no website (an extension, an editor's view) was
    /// installed by the user.
    public var isWebsite: Bool { scheme == "http" || scheme == "https" }

    /// Whether the page was loaded from this machine.
    public var isOfThisMachine: Bool {
        authority.isLocalhost || HostPattern.belowLocalhost.matches(authority.host)
            || Loopback.contains(host: String(authority.host)) || authority.host == "0.0.0.0"
    }
}

/// Pages that may use the gateway: `https://app.example`, or `https://*.example:8443`.
public struct OriginPattern: Hashable, Sendable {
    private let scheme: String
    private let host: HostPattern
    private let port: Int?
    /// The pattern as the configuration writes it.
    public let text: String

    /// A pattern from the configuration; `nil` when it is none: without a scheme, or with a path.
    public init?(_ text: String) {
        guard let origin = WebOrigin(text) else { return nil }
        let authority = text.dropFirst(origin.scheme.count + 3)
        let name = authority.dropLast(origin.authority.port.map { $0.count + 1 } ?? 0)
        guard let host = HostPattern(String(name)) else { return nil }
        scheme = origin.scheme
        port = origin.port
        (self.host, self.text) = (host, text)
    }

    /// Whether a page of this origin is meant.
    public func matches(_ origin: WebOrigin) -> Bool {
        origin.scheme == scheme && origin.port == port && host.matches(origin.authority.host)
    }
}
