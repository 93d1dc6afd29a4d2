import Foundation
import Synchronization

/// Opens once; threads block on it, tasks suspend on it.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    func open() {
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

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func block() {
        condition.lock()
        defer { condition.unlock() }
        while !state.withLock(\.isOpen) { condition.wait() }
    }
}

/// Values that a server's script hands to its test.
final class Recorder<Value: Sendable>: Sendable {
    private let recorded = Mutex<[Value]>([])
    var values: [Value] { recorded.withLock { $0 } }
    func record(_ value: Value) { recorded.withLock { $0.append(value) } }
}
