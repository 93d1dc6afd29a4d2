import NIOCore
public import Platform
import Synchronization

/// The clients' connections together: how many there may be, and who gives way.
///
/// Each connection may need a second descriptor for its provider, so without a limit idle clients would
/// take those of the requests under way, and of the log. Past the limit the connection that has been at
/// rest for longest is closed for the new one. Where none is, the new one is turned away; so is one that
/// gives way before its first request was read, as its client may have sent that already.
public final class ConnectionLimit: Sendable {
    /// The most by default: some thousand streams at once, and 4,096 × what one holds fits a small
    /// machine.
    public static let defaultCount = 4_096
    /// The least, however few descriptors there are: an operator's own client gets in.
    public static let least = 8
    /// Connections at a time that are told why they are turned away; more are closed without a word.
    static let turnedAwayLimit = 64
    /// How long the head of a request may be on its way before its connection may give way: it takes no
    /// client so long that is there.
    static let headGrace: Int64 = 5_000_000
    /// Connections that go where the system has no descriptor left: those first that were turned away and
    /// only wait for their clients' ends.
    static let givingWay = 8

    /// What becomes of a new connection.
    enum Admission {
        case admitted
        /// It is answered with an error and closed.
        case turnedAway
        /// It is closed.
        case refused
    }

    private struct Open {
        weak var connection: ClientConnection?
        let use: ConnectionUse
    }

    private struct TurnedAway {
        weak var connection: ClientConnection?
        /// Counts them, in their order.
        let number: Int
    }

    private struct State {
        var open: [ObjectIdentifier: Open] = [:]
        var turnedAway: [ObjectIdentifier: TurnedAway] = [:]
        var turnedAwayCount = 0

        mutating func turnAway(_ connection: ClientConnection, _ key: ObjectIdentifier) {
            turnedAwayCount += 1
            turnedAway[key] = TurnedAway(connection: connection, number: turnedAwayCount)
        }
    }

    /// How many there may be.
    public let most: Int
    private let shortages: Shortages
    private let state = Mutex(State())

    /// A limit that nobody has met.
    ///
    /// - Parameters:
    ///   - most: how many connections there may be.
    ///   - shortages: where it is noted that a client was turned away.
    public init(most: Int, shortages: Shortages) {
        self.most = most
        self.shortages = shortages
    }

    /// The connections that are open and were not turned away.
    var count: Int { state.withLock { $0.open.count } }

    /// Lets a new connection in, if need be in the place of one at rest.
    func admit(_ connection: ClientConnection) -> Admission {
        let key = ObjectIdentifier(connection.channel)
        let now = Clocks.monotonicMicroseconds
        let (admission, leaving) = state.withLock { state -> (Admission, ClientConnection?) in
            var leaving: ClientConnection?
            if state.open.count >= most {
                leaving = Self.longestAtRest(in: state.open.values, at: now)
                guard leaving != nil else {
                    guard state.turnedAway.count < Self.turnedAwayLimit else {
                        return (.refused, nil)
                    }
                    state.turnAway(connection, key)
                    return (.turnedAway, nil)
                }
            }
            state.open[key] = Open(connection: connection, use: connection.use)
            return (.admitted, leaving)
        }
        leaving?.giveWay(to: self)
        if case .refused = admission { return admission }
        connection.channel.closeFuture.whenComplete { [weak self] _ in self?.closed(key) }
        if case .turnedAway = admission {
            shortages.note(
                .connections,
                "all \(most) connections are in use (server.maxConnections)"
            )
        }
        return admission
    }

    /// Closes some of the connections that were turned away, and then of those that have been at rest for
    /// longest.
    func makeRoom() {
        let now = Clocks.monotonicMicroseconds
        let (told, leaving) = state.withLock { state in
            let told = state.turnedAway.values.sorted { $0.number < $1.number }
                .prefix(Self.givingWay)
            let leaving = (told.count..<Self.givingWay).compactMap { _ in
                Self.longestAtRest(in: state.open.values, at: now)
            }
            return (told.compactMap(\.connection), leaving)
        }
        for connection in told { connection.endFarewell() }
        for connection in leaving { connection.giveWay(to: self) }
    }

    /// Counts a connection that gives way among those that are told why, if there is room.
    func turnsAway(_ connection: ClientConnection) -> Bool {
        let key = ObjectIdentifier(connection.channel)
        return state.withLock { state in
            guard state.turnedAway.count < Self.turnedAwayLimit else { return false }
            guard state.open.removeValue(forKey: key) != nil else { return false }
            state.turnAway(connection, key)
            return true
        }
    }

    private func closed(_ key: ObjectIdentifier) {
        state.withLock { state in
            state.open[key] = nil
            state.turnedAway[key] = nil
        }
    }

    /// The connection to close for another, claimed so that it is chosen once; one in the middle of a
    /// head only where no other is left.
    private static func longestAtRest(
        in open: some Sequence<Open>,
        at now: Int64
    ) -> ClientConnection? {
        var best: (isInHead: Bool, since: Int64, open: Open)?
        for candidate in open {
            guard let resting = candidate.use.restingSince else { continue }
            let head = candidate.use.headSince
            if let head, now - head < headGrace { continue }
            let (isInHead, since) = (head != nil, head ?? resting)
            if let best, (best.isInHead ? 1 : 0, best.since) <= (isInHead ? 1 : 0, since) {
                continue
            }
            best = (isInHead, since, candidate)
        }
        guard let best, best.open.use.leave() else { return nil }
        return best.open.connection
    }
}
