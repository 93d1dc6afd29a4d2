/// One HTTP request to an upstream.
///
/// The client sends exactly the headers given here, plus `Host`, `Content-Length` and, in HTTP/2,
/// the pseudo headers. It adds no `User-Agent`, `Accept`, `Accept-Encoding` or `Expect`.
public struct UpstreamRequest: Sendable {
    /// The method, a token of RFC 9110 such as `GET` or `POST`.
    public var method: String
    /// An absolute `http` or `https` URL without user information.
    public var url: String
    /// Names and values in the order in which they are sent.
    ///
    /// A value with CR, LF, NUL or another control character makes the exchange fail with
    /// ``UpstreamError/badRequest(_:)``, as do `Content-Length`, `Transfer-Encoding`, `Connection`
    /// and `Expect`, which the client decides itself. At most 256 headers of 64 KiB in all.
    public var headers: [(name: String, value: String)]
    /// The body, in pieces that are sent one behind the other, so that whoever changes little of a long one
    /// need not copy the rest.
    ///
    /// An empty one is sent as `Content-Length: 0` by POST, PUT and PATCH, as none by others.
    public var body: [ArraySlice<UInt8>]
    /// The limits in time.
    public var timeouts: UpstreamTimeouts
    /// The pool that admits the request.
    public var pool: UpstreamPool

    /// Creates a request.
    public init(
        method: String,
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [ArraySlice<UInt8>] = [],
        timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        pool: UpstreamPool
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.pool = pool
    }
    /// Creates a request whose body is in one array.
    public init(
        method: String,
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8],
        timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        pool: UpstreamPool
    ) {
        self.init(
            method: method,
            url: url,
            headers: headers,
            body: [body[...]],
            timeouts: timeouts,
            pool: pool
        )
    }

    /// The bytes of the body.
    var bodyByteCount: Int { body.reduce(0) { $0 + $1.count } }
}
