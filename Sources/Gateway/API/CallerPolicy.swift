import Events
import HTTPTypes
import Hummingbird
import Platform
import Providers
import Settings

/// Who may use the gateway: it answers whoever reaches it, and every web page that the user visits can
/// reach this machine.
struct CallerPolicy: Sendable {
    /// The bytes of a host or an origin that a message quotes: more than any real one needs to be known again.
    private static let quoted = 128

    private let hosts: [HostPattern]
    private let origins: [OriginPattern]

    init(_ server: ServerSettings) {
        hosts = HostPattern.unregistrable + server.hosts
        origins = server.origins
    }

    /// Why a client that asks for this host (`Host`, RFC 9110, section 7.2) is refused; `nil` where it
    /// is not.
    ///
    /// A website can let a name of its own lead to this machine (DNS rebinding). Its pages then share
    /// that name's origin with the gateway, so their browser names them in no `Origin` header of a GET
    /// and shows them what is answered; but it still sends the name. An address or `localhost` can't be
    /// rebound, nor can a name that nobody can register. A client of HTTP/1.0 need not send one; it is
    /// no browser.
    ///
    /// What is no host has been refused before (`RequestRules`).
    func refusal(ofHost text: String?) -> ClientError? {
        guard let text, !text.isEmpty else { return nil }
        if let host = Authority(text)?.host,
            host.isAddress || host.isOfThisMachine || hosts.contains(where: { $0.matches(host) })
        {
            return nil
        }
        return ClientError(
            status: 403,
            code: "foreign_host",
            message:
                "the Host header names '\(text.limited(toBytes: Self.quoted))', which may be a "
                + "website's; if it is this machine's, add it to server.hosts in the configuration, or "
                + "ask for 127.0.0.1 or localhost",
            requestID: Events.RequestID.fresh().description
        )
    }

    /// Why a page of this origin is refused; `nil` where it is not.
    ///
    /// A page reaches this machine by a plain form or by `fetch`, and its browser names it with every
    /// POST. Pages of this machine may ask, and what the user installed (an extension, an editor's view);
    /// all others may not, unless the configuration names them.
    func refusal(ofOrigin text: String) -> ClientError? {
        if let origin = WebOrigin(text) {
            switch origin.holder {
            case .thisMachine, .application: return nil
            case .stranger: if origins.contains(where: { $0.matches(origin) }) { return nil }
            }
        }
        return ClientError(
            status: 403,
            code: "foreign_origin",
            message:
                "a page of '\(text.limited(toBytes: Self.quoted))' may not use this gateway; if you trust it, "
                + "add it to server.origins in the configuration, or call the gateway from a program",
            requestID: Events.RequestID.fresh().description
        )
    }
}
