/// Who may run in a pool and who waits, first come first served.
///
/// It does no I/O. Tickets stand for exchanges; a ticket is in here at most once.
struct ConnectionAdmission<Ticket: Equatable> {
    /// What becomes of a new exchange.
    enum Decision: Equatable {
        case start
        case wait
        case refuse(limit: Int, queued: Int)
    }

    /// The most exchanges that run at once.
    private(set) var maximumConnections: Int
    /// The most exchanges that wait.
    private(set) var maximumQueued: Int
    /// Exchanges that run.
    private(set) var inUse = 0
    /// The tickets that wait, from `firstWaiting` on: taking one moves no others.
    private var queue: [Ticket] = []
    private var firstWaiting = 0

    /// Exchanges that wait.
    var queued: Int { queue.count - firstWaiting }

    init(maximumConnections: Int, maximumQueued: Int) {
        self.maximumConnections = maximumConnections
        self.maximumQueued = maximumQueued
    }

    /// Takes new limits, for instance of a changed configuration; who runs stays.
    mutating func limit(connections: Int, queued: Int) {
        maximumConnections = connections
        maximumQueued = queued
    }

    /// Decides on a new exchange; nobody overtakes those who wait.
    mutating func arrive(_ ticket: Ticket) -> Decision {
        if inUse < maximumConnections && queued == 0 {
            inUse += 1
            return .start
        }
        guard queued < maximumQueued else {
            return .refuse(limit: maximumConnections, queued: queued)
        }
        queue.append(ticket)
        return .wait
    }

    /// Gives back the place of an exchange that ran.
    mutating func depart() {
        precondition(inUse > 0, "more exchanges left the pool than entered it")
        inUse -= 1
    }

    /// The next that may start, now counted as running; `nil` if none waits or no place is free.
    ///
    /// Asked until it says `nil`, since a raised limit frees several places at once.
    mutating func admitNext() -> Ticket? {
        guard inUse < maximumConnections, queued > 0 else { return nil }
        inUse += 1
        let ticket = queue[firstWaiting]
        firstWaiting += 1
        if firstWaiting >= 64 && firstWaiting * 2 >= queue.count {
            queue.removeFirst(firstWaiting)
            firstWaiting = 0
        }
        return ticket
    }

    /// Takes a ticket out of the queue, O(queued); `false` if it does not wait.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let index = queue[firstWaiting...].firstIndex(of: ticket) else { return false }
        queue.remove(at: index)
        return true
    }
}
