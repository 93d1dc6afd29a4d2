import CCurl
import Glibc
import Synchronization

/// An HTTP client whose transfers all run on one thread of its own.
///
/// HTTP/1.1 with keep-alive, HTTP/2 where a TLS server offers it. Redirects are not followed, the
/// environment's proxies are ignored, bodies are not decoded. Any thread may call it.
///
/// A request on a connection that was idle may find that the server has just closed it. If that
/// happens before any byte of a response, libcurl sends the request again on a new connection, a
/// POST as well; see docs/decisions/0005-libcurl.md.
public final class UpstreamClient: Sendable {
    private let commands: CommandQueue
    private let pools = Pools()
    private let thread: Mutex<pthread_t?>

    /// Creates a client and starts its thread.
    ///
    /// - Parameter options: What holds for every exchange.
    /// - Throws: ``UpstreamError/system(_:)`` when the system gives no descriptor or thread.
    public init(_ options: UpstreamOptions = UpstreamOptions()) throws(UpstreamError) {
        commands = try CommandQueue()
        let loop = try TransferThread(options: options, commands: commands)
        thread = Mutex(try Self.launch(loop))
    }

    deinit { shutdown() }

    /// Starts an exchange at once and returns without suspending.
    ///
    /// Every failure, a refused URL included, is thrown by the exchange.
    ///
    /// - Parameter request: What to send; its body is copied once.
    /// - Returns: The exchange; dropping it cancels the transfer.
    public func start(_ request: UpstreamRequest) -> UpstreamExchange {
        let pool = pools.pool(for: request.pool)
        let timeouts = request.timeouts
        do {
            let prepared = try PreparedRequest(request)
            let transfer = Transfer(prepared, timeouts: timeouts, pool: pool)
            let exchange = UpstreamExchange(transfer, commands: commands)
            if !commands.send(.start(transfer)) { exchange.fail(.shutDown) }
            return exchange
        } catch {
            let transfer = Transfer(nil, timeouts: timeouts, pool: pool)
            let exchange = UpstreamExchange(transfer, commands: commands)
            exchange.fail(error)
            return exchange
        }
    }

    /// Fails what runs and waits with ``UpstreamError/shutDown`` and joins the thread.
    ///
    /// It blocks the caller for the moment that takes (milliseconds). The second call does nothing;
    /// dropping the client shuts it down too.
    public func shutdown() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        commands.close()
        // SAFETY: the thread was created joinable and is joined once, by whoever took it out above.
        pthread_join(running, nil)
    }

    /// What the pools are doing now, one lock per pool.
    public var statistics: UpstreamStatistics { pools.statistics }

    /// Gives the loop a thread, which holds it until it ends.
    private static func launch(_ loop: TransferThread) throws(UpstreamError) -> pthread_t {
        var thread = pthread_t()
        // SAFETY: the new thread takes over the retained reference; if there is none, it is
        // released here. The loop is used by no one else from now on.
        let context = unsafe Unmanaged.passRetained(loop).toOpaque()
        let code = unsafe pthread_create(&thread, nil, runLoop, context)
        guard code == 0 else {
            unsafe Unmanaged<TransferThread>.fromOpaque(context).release()
            throw .system("no thread for the upstream client: errno \(code)")
        }
        return thread
    }
}

/// The body of the thread.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    // SAFETY: a string that lives as long as the call.
    unsafe ccurl_name_thread("logway-upstream")
    // No signal is handled here. SIGPIPE above all, which OpenSSL raises when it writes to a closed
    // connection, stays pending and harmless; resolver threads inherit the mask.
    var all = sigset_t()
    unsafe sigfillset(&all)  // SAFETY: a local set.
    unsafe pthread_sigmask(SIG_SETMASK, &all, nil)  // SAFETY: reads a local set.

    // SAFETY: `launch` passed a retained loop, which this takes over.
    unsafe Unmanaged<TransferThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
