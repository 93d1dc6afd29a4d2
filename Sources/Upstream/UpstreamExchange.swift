import Synchronization

/// One request and its response.
///
/// One task at a time reads it; ``cancel()`` and ``timings`` may be used from anywhere. Dropping an
/// unfinished exchange cancels it.
public final class UpstreamExchange: Sendable {
    private let transfer: Transfer
    private let commands: CommandQueue

    init(_ transfer: Transfer, commands: CommandQueue) {
        self.transfer = transfer
        self.commands = commands
    }

    deinit { cancel() }

    /// Status and headers of the final response.
    ///
    /// It may be asked for again.
    ///
    /// - Throws: ``UpstreamError`` when the exchange fails before the head;
    ///   ``UpstreamError/cancelled`` when the awaiting task is cancelled.
    public func head() async throws(UpstreamError) -> UpstreamHead {
        while true {
            let head = try transfer.mailbox.withLock { mailbox throws(UpstreamError) in
                try mailbox.takeHead()
            }
            if let head { return head }
            await wait(for: .head)
        }
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
        while true {
            let piece = try transfer.mailbox.withLock { mailbox throws(UpstreamError) in
                try mailbox.takePiece()
            }
            switch piece {
            case .bytes(let bytes, let resumes):
                // A closed queue is no matter: the end is on its way.
                if resumes { _ = commands.send(.resume(transfer)) }
                return bytes
            case .end: return nil
            case .nothingYet: await wait(for: .body)
            }
        }
    }

    /// The rest of the body in one array.
    ///
    /// - Parameter limit: The most bytes to take; with more the exchange is cancelled.
    /// - Returns: The body, up to `limit` bytes.
    /// - Throws: ``UpstreamError/bodyTooLarge(endpoint:limit:)``, and what ``next()`` throws.
    public func collect(limit: Int) async throws(UpstreamError) -> [UInt8] {
        var body: [UInt8] = []
        while let piece = try await next(upTo: limit - body.count, of: limit) {
            if body.isEmpty { body = piece } else { body.append(contentsOf: piece) }
        }
        return body
    }

    /// The next piece of a body of which only so much may still come, out of `limit` in all.
    ///
    /// - Throws: as ``collect(limit:)``.
    public func next(upTo rest: Int, of limit: Int) async throws(UpstreamError) -> [UInt8]? {
        guard let piece = try await next() else { return nil }
        guard piece.count <= rest else {
            cancel()
            throw .bodyTooLarge(endpoint: transfer.endpoint, limit: limit)
        }
        return piece
    }

    /// Ends the exchange.
    ///
    /// A waiting reader gets ``UpstreamError/cancelled``, buffered bytes are
    /// dropped, and the connection is closed if the response is unfinished (in HTTP/2 the stream is
    /// reset). Idempotent; without effect on a finished exchange.
    public func cancel() { fail(.cancelled) }

    /// Says that the answer itself has begun, so that only pauses in it are limited from here on.
    ///
    /// Without effect unless the request's timeouts await content.
    public func contentBegan() { transfer.contentBegan.store(true, ordering: .relaxed) }

    /// Where the time went; `nil` until the transfer has ended.
    public var timings: UpstreamTimings? { transfer.mailbox.withLock(\.timings) }

    /// Ends the exchange from this side with an error.
    func fail(_ error: UpstreamError) {
        let (wasOpen, waiter) = transfer.mailbox.withLock { $0.cancel(error) }
        guard wasOpen else { return }
        waiter?.resume()
        // Refused only after a shutdown, which has ended the transfer already.
        _ = commands.send(.cancel(transfer))
    }

    /// Suspends until there may be something of the kind; whoever returns looks again.
    private func wait(for wish: Mailbox.Wish) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = transfer.mailbox.withLock { $0.wait(for: wish, continuation) }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }
}
