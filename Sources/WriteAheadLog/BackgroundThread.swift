import Dispatch
import Foundation
import Glibc
import Synchronization

/// A thread that runs when no other wants the processor.
///
/// On a machine that is busy for long it may get none at all, so nothing may wait for it without an end:
/// whoever ends what it belongs to gives it the usual priority, where the system allows that, waits for a
/// while, and goes on without it. Its work has to be such that it can be broken off anywhere.
public final class BackgroundThread: Sendable {
    /// How long its end is waited for: much more than it takes whenever it gets the processor.
    public static let patience = Duration.seconds(2)

    private struct State {
        /// The thread while it runs; no call may name it later.
        var running: pthread_t?
        var isHurried = false
        var hasEnded = false
        /// What to do at its end, for who did not wait for it.
        var atEnd: (@Sendable () -> Void)?
    }

    private let name: String
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// A thread of this name, of at most 15 bytes, which does not run yet.
    public init(_ name: String) { self.name = name }

    /// Begins to run the body, once.
    public func start(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(named: name) { [self] in
            if begins() {
                Self.lowerPriority()
                // Asked in between: the call that was to raise the priority came too early.
                if isHurried { Self.raisePriority(of: pthread_self()) }
            }
            body()
            end()
        }
        thread.start()
    }

    /// Gives it the usual priority from now on, where the system allows that.
    ///
    /// Linux takes a thread back from the lowest priority for the privileged only, or where
    /// RLIMIT_NICE is 20 or more.
    public func hurry() {
        state.withLock { state in
            state.isHurried = true
            if let running = state.running { Self.raisePriority(of: running) }
        }
    }

    /// Waits for its end, which somebody has told it to come to, but not for long; whether it ended.
    ///
    /// May be called again.
    public func waitForEnd(_ patience: Duration = BackgroundThread.patience) -> Bool {
        hurry()
        let wait = DispatchTimeInterval.microseconds(Int(patience / .microseconds(1)))
        guard ended.wait(timeout: .now() + wait) == .success else { return false }
        ended.signal()
        return true
    }

    /// Runs the body once the thread has ended: at once, or on it.
    public func whenEnded(_ body: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.atEnd = body }
            return state.hasEnded
        }
        if hasEnded { body() }
    }

    private var isHurried: Bool { state.withLock { $0.isHurried } }

    /// Whether it is to run at the lowest priority.
    private func begins() -> Bool {
        state.withLock { state in
            state.running = pthread_self()
            return !state.isHurried
        }
    }

    private func end() {
        let atEnd = state.withLock { state in
            state.running = nil
            state.hasEnded = true
            defer { state.atEnd = nil }
            return state.atEnd
        }
        atEnd?()
        ended.signal()
    }

    /// Lets the calling thread run when no other wants the processor (sched(7)).
    ///
    /// With the highest nice value alone, a thread that wakes up waits for it to use up its turn.
    private static func lowerPriority() {
        var parameters = sched_param()
        // A refusal leaves the thread at the usual priority, which is only less polite.
        // SAFETY: reads a local structure.
        _ = unsafe sched_setscheduler(0, idlePolicy, &parameters)
    }

    /// What refuses this leaves the thread as it is; nobody waits for it without an end.
    private static func raisePriority(of thread: pthread_t) {
        var parameters = sched_param()
        // SAFETY: reads a local structure, and the thread runs.
        _ = unsafe pthread_setschedparam(thread, SCHED_OTHER, &parameters)
    }

    /// SCHED_IDLE of Linux, which the C module does not export.
    private static let idlePolicy: Int32 = 5
}
