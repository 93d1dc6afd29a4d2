/// One request and its response.
///
/// One task at a time reads it; ``cancel()`` and ``timings`` may be used from anywhere. Dropping an
/// unfinished exchange cancels it.
public final class UpstreamExchange: Sendable {
    init() {}

    /// Status and headers of the final response.
    ///
    /// It may be asked for again.
    ///
    /// - Throws: ``UpstreamError`` when the exchange fails before the head;
    ///   ``UpstreamError/cancelled`` when the awaiting task is cancelled.
    public func head() async throws(UpstreamError) -> UpstreamHead {
        throw .cancelled
    }

    /// The next piece of the body: everything that has arrived since the last call, never empty;
    /// `nil` at the clean end.
    ///
    /// Bytes that arrived before a failure are returned first. A response with neither
    /// `Content-Length` nor chunks (HTTP/1.0) ends with its connection, where a clean end and a cut
    /// look the same: a dialect has to look for its own end marker.
    ///
    /// - Throws: ``UpstreamError`` when the exchange fails, ``UpstreamError/cut(endpoint:bytesReceived:)``
    ///   when the body ends too early; ``UpstreamError/cancelled`` when the awaiting task is cancelled.
    public func next() async throws(UpstreamError) -> [UInt8]? {
        throw .cancelled
    }

    /// The rest of the body in one array.
    ///
    /// - Parameter limit: The most bytes to take; with more the exchange is cancelled.
    /// - Returns: The body, up to `limit` bytes.
    /// - Throws: ``UpstreamError/bodyTooLarge(endpoint:limit:)``, and what ``next()`` throws.
    public func collect(limit: Int) async throws(UpstreamError) -> [UInt8] {
        throw .cancelled
    }

    /// Ends the exchange.
    ///
    /// A waiting reader gets ``UpstreamError/cancelled``, buffered bytes are
    /// dropped, and the connection is closed if the response is unfinished (in HTTP/2 the stream is
    /// reset). Idempotent; without effect on a finished exchange.
    public func cancel() {}

    /// Where the time went; `nil` until the transfer has ended.
    public var timings: UpstreamTimings? { nil }
}
