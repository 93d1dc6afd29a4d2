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

    /// For the threads of scripts and of the log only: it stops the thread.
    func block() {
        condition.lock()
        defer { condition.unlock() }
        while !state.withLock(\.isOpen) { condition.wait() }
    }
}

/// Waits for something that is about to happen, and gives up after a minute.
///
/// The pause between two looks decides nothing: what is waited for either happens or never does.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let limit = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < limit {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(1))
    }
    return false
}

/// A real directory that is removed with the value.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/logway-gateway-\(UUID().uuidString)"

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}

/// Something that has to outlive a body.
final class Kept<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    var value: Value? {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }
}
