import Synchronization

/// What other threads ask of the transfer thread.
enum Command {
    /// Admit and run it.
    case start(Transfer)
    /// Its reader has gone.
    case cancel(Transfer)
    /// Its reader caught up with what was buffered.
    case resume(Transfer)
}

/// Commands on their way to the transfer thread.
///
/// The event is signalled only when the thread may sleep: under load most commands cost a lock and
/// an append.
final class CommandQueue: Sendable {
    private struct State {
        var commands: [Command] = []
        var mayBeAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    let event: Descriptor

    init() throws(UpstreamError) {
        event = try SystemCalls.makeEvent()
    }

    /// Queues a command; `false` once the queue is closed.
    func send(_ command: Command) -> Bool {
        let (isAccepted, mustWake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            defer { state.mayBeAsleep = false }
            return (true, state.mayBeAsleep)
        }
        if mustWake { SystemCalls.signal(event) }
        return isAccepted
    }

    /// Closes the queue: what was sent before is still taken, nothing after.
    func close() {
        state.withLock { $0.isClosed = true }
        SystemCalls.signal(event)
    }

    /// Whether the thread may sleep; from then on a command wakes it.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            guard state.commands.isEmpty && !state.isClosed else { return false }
            state.mayBeAsleep = true
            return true
        }
    }

    /// Takes all commands in exchange for an empty array, whose storage is used again.
    ///
    /// - Returns: Whether the queue is closed, so that no more will come.
    func take(into commands: inout [Command]) -> Bool {
        state.withLock { state in
            state.mayBeAsleep = false
            swap(&state.commands, &commands)
            return state.isClosed
        }
    }
}
