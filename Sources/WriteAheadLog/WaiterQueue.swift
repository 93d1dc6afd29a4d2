/// Someone who waits for a sequence number to be durable.
enum Waiter {
    case task(CheckedContinuation<Result<Void, LogError>, Never>, Patience)
    case thread(Doorbell)

    func finish(_ result: Result<Void, LogError>) {
        switch self {
        case .task(let continuation, _): continuation.resume(returning: result)
        case .thread(let doorbell): doorbell.ring()
        }
    }

    /// Whether it waits while there is no space: a task does until its patience ends; a thread has its
    /// work abandoned and tried again by whoever asked for it.
    var isPatient: Bool {
        switch self {
        case .task(_, let patience): !patience.isOver
        case .thread: false
        }
    }
}

/// Waiters in the order of their sequence numbers.
struct WaiterQueue {
    private var entries: [(sequence: UInt64, waiter: Waiter)] = []

    /// Whether nobody waits.
    var isEmpty: Bool { entries.isEmpty }

    /// Adds a waiter.
    ///
    /// Most come in order, so the place is looked for from the end.
    mutating func insert(_ waiter: Waiter, for sequence: UInt64) {
        var index = entries.count
        while index > 0, entries[index - 1].sequence > sequence { index -= 1 }
        entries.insert((sequence, waiter), at: index)
    }

    /// Removes those who wait for a sequence number up to and with this one.
    mutating func removeThrough(_ sequence: UInt64) -> [Waiter] {
        let count = entries.firstIndex { $0.sequence > sequence } ?? entries.count
        if count == 0 { return [] }
        let waiters = entries[..<count].map(\.waiter)
        entries.removeFirst(count)
        return waiters
    }

    /// Removes those who don't wait for space.
    mutating func removeImpatient() -> [Waiter] {
        // Asked once of each, since a patience may end meanwhile.
        var waiters: [Waiter] = []
        entries.removeAll { entry in
            if entry.waiter.isPatient { return false }
            waiters.append(entry.waiter)
            return true
        }
        return waiters
    }

    /// Removes those who wait for this sequence number or a later one.
    mutating func removeAll(from sequence: UInt64) -> [Waiter] {
        let index = entries.firstIndex { $0.sequence >= sequence } ?? entries.count
        let waiters = entries[index...].map(\.waiter)
        entries.removeSubrange(index...)
        return waiters
    }
}
