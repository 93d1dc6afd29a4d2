import Events
public import HTTPTypes
import Platform
public import Providers
import Settings

/// What HTTP demands of a request's head before anybody looks at what it asks for (RFC 9110 and RFC 9112;
/// docs/security.md has the whole list, rule by rule).
public enum RequestRules {
    /// The bytes of a request's target.
    ///
    /// RFC 9112, section 3, wants at least 8,000 for the whole line; no path here has a hundredth of it.
    static let targetLimit = 16 << 10

    /// The error that a head is answered with; `nil` for one that keeps the rules.
    ///
    /// Whoever breaks them is answered, and the connection ends: what else is on it can't be trusted.
    public static func violation(of head: HTTPRequest) -> ClientError? {
        // A tunnel is no request to this server, and the parser reads nothing behind one.
        if head.method == .connect {
            return error(501, "not_implemented", "Logway is no proxy and opens no tunnels")
        }
        return violation(ofTarget: head) ?? violation(ofHost: head) ?? violation(ofCodings: head)
    }

    private static func violation(ofTarget head: HTTPRequest) -> ClientError? {
        let target = head.path ?? ""
        if target.utf8.count > targetLimit { return targetTooLong }
        if target.hasPrefix("/") || target == "*" && head.method == .options { return nil }
        return malformed("the request's target is no path: begin it with '/'")
    }

    /// RFC 9112, section 3.2; `HTTP10Handler` has given requests of HTTP/1.0 an empty one.
    private static func violation(ofHost head: HTTPRequest) -> ClientError? {
        guard let host = head.authority else {
            return malformed("the request has no Host header; every one of HTTP/1.1 has one")
        }
        guard head.headerFields[fields: .host].isEmpty else {
            return malformed("the request has several Host headers; send one")
        }
        guard host.isEmpty || Authority(host) != nil else {
            return malformed("the Host header holds no host with or without a port")
        }
        return nil
    }

    /// RFC 9112, sections 6.1 and 7: one coding is known, and it comes once.
    private static func violation(ofCodings head: HTTPRequest) -> ClientError? {
        guard let text = head.headerFields[.transferEncoding] else { return nil }
        let names = text.lowercased().split(separator: ",").map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        if let other = names.first(where: { $0 != "chunked" }) {
            return error(
                501,
                "unknown_transfer_coding",
                "the transfer coding '\(other.limited(toBytes: quoted))' is not understood: send the "
                    + "body in chunks, or with a Content-Length; content-encoding may be gzip or deflate"
            )
        }
        return names.count == 1
            ? nil : malformed("the body is in chunks of chunks, which nobody can tell apart")
    }

    /// The bytes of a coding that a message quotes.
    private static let quoted = 32

    /// The error for a target that is longer than any that is looked at.
    static var targetTooLong: ClientError {
        error(414, "target_too_long", "the request's path is longer than \(targetLimit) bytes")
    }

    private static func malformed(_ message: String) -> ClientError {
        error(400, "malformed_request", message)
    }

    private static func error(_ status: Int, _ code: String, _ message: String) -> ClientError {
        ClientError(
            status: status,
            code: code,
            message: message,
            requestID: Events.RequestID.fresh().description
        )
    }
}

extension HTTPField.Name {
    // A constant of the right form, so that building it can't fail. The first `Host` is no field of a
    // request's head here but its authority.
    fileprivate static let host: HTTPField.Name = {
        guard let name = HTTPField.Name("host") else { preconditionFailure("bad header host") }
        return name
    }()
}
