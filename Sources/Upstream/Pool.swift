import Synchronization

/// One pool of a client: its admission and its counters, under one lock.
final class Pool: Sendable {
    struct State {
        var admission: ConnectionAdmission<Int>
        var open = 0
        var requests: UInt64 = 0
        var reusedConnections: UInt64 = 0
        var refused: UInt64 = 0
    }

    let name: String
    let state: Mutex<State>

    init(_ description: UpstreamPool) {
        name = description.name
        state = Mutex(
            State(
                admission: ConnectionAdmission(
                    maximumConnections: description.maximumConnections,
                    maximumQueued: description.maximumQueued
                )
            )
        )
    }

    var statistics: UpstreamStatistics.Pool {
        state.withLock { state in
            UpstreamStatistics.Pool(
                open: state.open,
                idle: max(0, state.open - state.admission.inUse),
                inUse: state.admission.inUse,
                queued: state.admission.queued,
                requests: state.requests,
                reusedConnections: state.reusedConnections,
                refused: state.refused,
                maximumConnections: state.admission.maximumConnections,
                maximumQueued: state.admission.maximumQueued
            )
        }
    }
}

/// The pools of a client by name.
///
/// Names come from configuration, so there are few and none is
/// ever removed.
final class Pools: Sendable {
    private let pools = Mutex<[String: Pool]>([:])

    /// The pool of that name, with the limits of this description from now on.
    func pool(for description: UpstreamPool) -> Pool {
        let pool = pools.withLock { pools in
            if let pool = pools[description.name] { return pool }
            let pool = Pool(description)
            pools[description.name] = pool
            return pool
        }
        pool.state.withLock { state in
            state.requests += 1
            state.admission.limit(
                connections: description.maximumConnections,
                queued: description.maximumQueued
            )
        }
        return pool
    }

    var statistics: UpstreamStatistics {
        UpstreamStatistics(pools: pools.withLock { $0 }.mapValues(\.statistics))
    }
}
