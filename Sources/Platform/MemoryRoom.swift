import Synchronization

/// Memory that many requests share: each takes what it needs before it needs it, and whoever finds no
/// room waits a while for some, or is told that there is none.
///
/// Who waits is let in by the order of arrival as far as it fits, so a small request never waits for a
/// large one. Nobody waits longer than its patience, so no two can wait for each other for ever.
public final class MemoryRoom: Sendable {
    /// How many may wait: each has at most what one turn of its connection read.
    static let waitingLimit = 256

    private struct Waiting {
        let number: UInt64
        let bytes: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var used = 0
        var lastNumber: UInt64 = 0
        var waiting: [Waiting] = []
    }

    /// The bytes that there are.
    let bytes: Int
    /// The most of them that one request has at a time, so that others always find some.
    public let share: Int
    /// The key of the configuration that sets them.
    public let setting: String
    private let state = Mutex(State())

    /// Memory of which nothing is taken.
    ///
    /// - Parameters:
    ///   - bytes: how much there is.
    ///   - setting: the key of the configuration that says so.
    ///   - shares: for how many requests there is room at least.
    public init(bytes: Int, setting: String, shares: Int = 1) {
        self.bytes = bytes
        share = bytes / shares
        self.setting = setting
    }

    /// The bytes that are taken, and how many wait for some.
    var use: (bytes: Int, waiting: Int) { state.withLock { ($0.used, $0.waiting.count) } }

    /// Takes bytes if there is room for them now; if it yields, only where nobody waits for any.
    func tryTake(_ count: Int, yielding: Bool = false) -> Bool {
        state.withLock { state in
            guard fits(count, state), !yielding || state.waiting.isEmpty else { return false }
            state.used += count
            return true
        }
    }

    /// Takes bytes, and waits for room if there is none; whether it got them.
    func take(_ count: Int, patience: Duration) async -> Bool {
        if tryTake(count) { return true }
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let patience = Task {
            try await Task.sleep(for: patience)
            giveUp(number)
        }
        defer { patience.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let isTaken = enter(number, count, continuation) {
                    continuation.resume(returning: isTaken)
                }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    /// Gives bytes back, and lets in whom they are enough for.
    func give(_ count: Int) {
        guard count > 0 else { return }
        let admitted = state.withLock { state in
            state.used -= count
            precondition(state.used >= 0, "more memory was given back than was taken")
            guard !state.waiting.isEmpty else { return [Waiting]() }
            var admitted: [Waiting] = []
            var left: [Waiting] = []
            for waiting in state.waiting {
                if fits(waiting.bytes, state) {
                    state.used += waiting.bytes
                    admitted.append(waiting)
                } else {
                    left.append(waiting)
                }
            }
            state.waiting = left
            return admitted
        }
        for waiting in admitted { waiting.continuation.resume(returning: true) }
    }

    private func fits(_ count: Int, _ state: State) -> Bool { count <= bytes - state.used }

    /// Lines up; or says at once whether the bytes were taken.
    private func enter(
        _ number: UInt64,
        _ count: Int,
        _ continuation: CheckedContinuation<Bool, Never>
    ) -> Bool? {
        let isCancelled = Task.isCancelled
        return state.withLock { state in
            if fits(count, state) {
                state.used += count
                return true
            }
            guard !isCancelled, state.waiting.count < Self.waitingLimit else { return false }
            state.waiting.append(
                Waiting(number: number, bytes: count, continuation: continuation)
            )
            return nil
        }
    }

    private func giveUp(_ number: UInt64) {
        let waiting = state.withLock { state -> Waiting? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.waiting.remove(at: place)
        }
        waiting?.continuation.resume(returning: false)
    }
}

/// There is no room for what a request needs, and there was none for as long as it could wait.
public struct NoRoom: Error, CustomStringConvertible {
    /// What there is in all, and what sets it.
    let bytes: Int
    let setting: String
    /// What the request would hold with what it asked for.
    public let wanted: Int

    /// What there is too little of, and what sets it.
    public var description: String {
        "the requests under way take all of the \(bytes) bytes that they may have together (\(setting))"
    }
}
