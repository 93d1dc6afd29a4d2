/// What one exchange has received and its reader has not taken, and who waits for it.
///
/// A value under the exchange's lock: the transfer thread fills it, the reader empties it. Methods
/// return what has to be done after unlocking.
struct Mailbox {
    /// How the exchange ended.
    enum Ending {
        case complete
        case failed(UpstreamError)
    }

    /// What a reader of the body finds.
    enum Piece {
        /// Bytes; with `resumes` the transfer was paused and has to be resumed.
        case bytes([UInt8], resumes: Bool)
        case end
        case nothingYet
    }

    /// What a reader waits for; the ending ends every wait.
    enum Wish {
        case head
        case body
    }

    private(set) var ending: Ending?
    private(set) var timings: UpstreamTimings?
    private var head: UpstreamHead?
    private var body: [UInt8] = []
    private var isPaused = false
    private var waiter: (wish: Wish, continuation: CheckedContinuation<Void, Never>)?

    // MARK: The transfer thread's side

    /// Takes what arrived since the last time; returns whom to resume.
    mutating func deliver(
        head newHead: UpstreamHead?,
        body newBody: inout [UInt8],
        ending newEnding: Ending?,
        timings newTimings: UpstreamTimings?
    ) -> CheckedContinuation<Void, Never>? {
        if let newTimings { timings = newTimings }
        guard ending == nil else { return nil }  // Cancelled: nobody wants it.
        if let newHead { head = newHead }
        if body.isEmpty {
            swap(&body, &newBody)
        } else {
            body.append(contentsOf: newBody)
        }
        ending = newEnding
        return takeSatisfiedWaiter()
    }

    /// Decides whether `pending` bytes, not delivered yet, leave room for more; if not, the reader
    /// will ask to resume.
    ///
    /// - Returns: The bytes that wait here, or `nil` when the transfer has to pause.
    mutating func roomFor(pending: Int, limit: Int) -> Int? {
        if ending != nil || pending + body.count < limit { return body.count }
        isPaused = true
        return nil
    }

    // MARK: The reader's side

    func takeHead() throws(UpstreamError) -> UpstreamHead? {
        if let head { return head }
        if case .failed(let error) = ending { throw error }
        return nil
    }

    mutating func takePiece() throws(UpstreamError) -> Piece {
        if !body.isEmpty {
            var taken: [UInt8] = []
            swap(&taken, &body)
            defer { isPaused = false }
            return .bytes(taken, resumes: isPaused)
        }
        switch ending {
        case .complete: return .end
        case .failed(let error): throw error
        case nil: return .nothingYet
        }
    }

    /// Registers a reader that found nothing; `false` if there is something by now.
    mutating func wait(for wish: Wish, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        precondition(waiter == nil, "one task at a time reads an exchange")
        guard !isSatisfied(wish) else { return false }
        waiter = (wish, continuation)
        return true
    }

    /// Ends the exchange from this side; whether it was still open, and whom to resume.
    mutating func cancel(
        _ error: UpstreamError
    ) -> (wasOpen: Bool, waiter: CheckedContinuation<Void, Never>?) {
        guard ending == nil else { return (false, nil) }
        ending = .failed(error)
        body = []
        return (true, takeSatisfiedWaiter())
    }

    private func isSatisfied(_ wish: Wish) -> Bool {
        if ending != nil { return true }
        switch wish {
        case .head: return head != nil
        case .body: return !body.isEmpty
        }
    }

    private mutating func takeSatisfiedWaiter() -> CheckedContinuation<Void, Never>? {
        guard let waiter, isSatisfied(waiter.wish) else { return nil }
        self.waiter = nil
        return waiter.continuation
    }
}
