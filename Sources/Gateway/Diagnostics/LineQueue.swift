import Dispatch
import Synchronization

/// The lines that wait for their thread, and the count of those that found no room.
final class LineQueue: Sendable {
    /// Lines that are written together, and how many were dropped behind them.
    struct Batch {
        var bytes: [UInt8] = []
        var lines = 0
        var droppedAfter = 0

        var isEmpty: Bool { lines == 0 && droppedAfter == 0 }
    }

    private struct State {
        var waiting = Batch()
        var isWriting = false
        var isClosed = false
        var dropped = 0
        /// Who waits until nothing is left.
        var waiters: [DispatchSemaphore] = []

        var isIdle: Bool { waiting.isEmpty && !isWriting }
    }

    private let lineLimit: Int
    private let byteLimit: Int
    private let state = Mutex(State())
    private let isNeeded = DispatchSemaphore(value: 0)

    init(lineLimit: Int, byteLimit: Int) {
        self.lineLimit = lineLimit
        self.byteLimit = byteLimit
    }

    /// The lines that were dropped so far.
    var dropped: Int { state.withLock { $0.dropped } }

    /// Takes in whole lines, or drops them where there is no room.
    func add(_ text: [UInt8]) {
        let lines = text.count { $0 == UInt8(ascii: "\n") }
        let wakes = state.withLock { state in
            let isFirst = state.waiting.isEmpty
            // The first gap ends the batch, so that it is told of where it is.
            if state.waiting.droppedAfter == 0, state.waiting.lines + lines <= lineLimit,
                state.waiting.bytes.count + text.count <= byteLimit
            {
                state.waiting.bytes.append(contentsOf: text)
                state.waiting.lines += lines
            } else {
                state.waiting.droppedAfter += lines
                state.dropped += lines
            }
            return isFirst
        }
        if wakes { isNeeded.signal() }
    }

    /// What is to be written next; sleeps until there is something, `nil` once it is closed and empty.
    func next() -> Batch? {
        while true {
            let (batch, isClosed) = state.withLock { state -> (Batch?, Bool) in
                guard !state.waiting.isEmpty else { return (nil, state.isClosed) }
                defer { state.waiting = Batch() }
                state.isWriting = true
                return (state.waiting, false)
            }
            if let batch { return batch }
            if isClosed { return nil }
            isNeeded.wait()
        }
    }

    /// Takes in that the last batch was written but for so many lines.
    func ended(lost: Int) {
        let waiters = state.withLock { state -> [DispatchSemaphore] in
            state.dropped += lost
            state.isWriting = false
            guard state.isIdle else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.signal() }
    }

    /// No line comes any more.
    func close() {
        state.withLock { $0.isClosed = true }
        isNeeded.signal()
    }

    func waitUntilEmpty(within limit: Duration) -> Bool {
        let waiter = DispatchSemaphore(value: 0)
        let isIdle = state.withLock { state in
            if !state.isIdle { state.waiters.append(waiter) }
            return state.isIdle
        }
        if isIdle { return true }
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        return waiter.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
    }
}
