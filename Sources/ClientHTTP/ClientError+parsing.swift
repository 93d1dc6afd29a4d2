import Events
import NIOHTTP1
import Platform
import Providers

extension ClientError {
    /// The error for what is no request of HTTP/1.1, so that nobody knows what it asked for.
    init(unparsed error: HTTPParserError, firstLineBytes: Int) {
        if error.isOverflow, firstLineBytes > RequestRules.targetLimit {
            self = RequestRules.targetTooLong
            return
        }
        let (status, code) =
            switch error {
            case .headerOverflow: (431, "headers_too_large")
            case .invalidVersion: (505, "unknown_version")
            default: (400, "malformed_request")
            }
        self.init(
            status: status,
            code: code,
            message: error.words,
            requestID: RequestID.fresh().description
        )
    }
}

extension ClientError {
    /// The error for a connection that there is no room for.
    static var noConnection: ClientError {
        var error = ClientError(
            status: 503,
            code: "overloaded",
            message:
                "as many clients are connected as there may be (server.maxConnections), and all "
                + "of them wait for answers; try again in a moment",
            requestID: RequestID.fresh().description
        )
        error.retryAfter = Shortages.retryAfterSeconds
        return error
    }
}

extension HTTPParserError {
    fileprivate var isOverflow: Bool { if case .headerOverflow = self { true } else { false } }

    /// What is wrong, and what to do about it.
    fileprivate var words: String {
        switch self {
        case .headerOverflow:
            "the headers are longer than \(ClientChannel.headerLimit) bytes, or more than "
                + "\(ClientChannel.headerCountLimit)"
        case .unexpectedContentLength, .invalidContentLength:
            "the body's length is not clear: send one Content-Length that is a number, and none "
                + "beside Transfer-Encoding"
        case .invalidMethod:
            "the request does not begin with a method of HTTP; Logway speaks plain HTTP/1.1, so use "
                + "http:// and not https://"
        case .invalidVersion: "the request is of another version than HTTP/1.1 and HTTP/1.0"
        case .invalidURL, .invalidHost, .invalidPort, .invalidPath, .invalidQueryString,
            .invalidFragment:
            "the request's path is no valid one: encode what a URL can't hold as %XX"
        case .invalidHeaderToken: "a header holds a character that it may not hold"
        default: "the request breaks the rules of HTTP/1.1: \(self)"
        }
    }
}
