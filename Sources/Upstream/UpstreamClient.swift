/// An HTTP client whose transfers all run on one thread of its own.
///
/// HTTP/1.1 with keep-alive, HTTP/2 where a TLS server offers it. Redirects are not followed, the
/// environment's proxies are ignored, bodies are not decoded. Any thread may call it.
public final class UpstreamClient: Sendable {
    /// Creates a client and starts its thread.
    ///
    /// - Parameter options: What holds for every exchange.
    /// - Throws: ``UpstreamError/system(_:)`` when the system gives no descriptor or thread.
    public init(_ options: UpstreamOptions = UpstreamOptions()) throws(UpstreamError) {
        throw .system("not built yet")
    }

    /// Starts an exchange at once and returns without suspending.
    ///
    /// Every failure, a refused URL included, is thrown by the exchange.
    ///
    /// - Parameter request: What to send; its body is copied once.
    /// - Returns: The exchange; dropping it cancels the transfer.
    public func start(_ request: UpstreamRequest) -> UpstreamExchange {
        UpstreamExchange()
    }

    /// Fails what runs and waits with ``UpstreamError/shutDown`` and joins the thread.
    ///
    /// It blocks the caller for the moment that takes (milliseconds). The second call does nothing;
    /// dropping the client shuts it down too.
    public func shutdown() {}

    /// What the pools are doing now, one lock per pool.
    public var statistics: UpstreamStatistics { UpstreamStatistics() }
}
