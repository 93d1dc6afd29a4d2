/// Status and headers of the final response; interim (1xx) ones are skipped.
public struct UpstreamHead: Sendable {
    /// The version of HTTP that the response came in.
    public enum Version: Sendable, Hashable {
        /// HTTP/1.0: the body may end with the connection, see ``UpstreamExchange/next()``.
        case http1_0
        /// HTTP/1.1.
        case http1_1
        /// HTTP/2.
        case http2
    }

    /// The status code, 200…999.
    ///
    /// A redirect is returned like any other status, never followed.
    public var status: Int
    /// The version of HTTP.
    public var httpVersion: Version
    /// The headers in their order of arrival.
    public var headers: UpstreamHeaders
}
