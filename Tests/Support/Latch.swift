import Foundation
import Synchronization

/// Opens once; threads block on it, tasks suspend on it.
public final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    /// A closed latch.
    public init() {}

    /// Lets go everybody who waits, and everybody who comes.
    public func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        condition.lock()
        condition.broadcast()
        condition.unlock()
        for waiter in waiters { waiter.resume() }
    }

    /// Suspends until it is open.
    public func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Waits on a thread of a test's own (a script's, the log's): it stops the thread.
    public func block() {
        condition.lock()
        defer { condition.unlock() }
        while !state.withLock(\.isOpen) { condition.wait() }
    }
}
