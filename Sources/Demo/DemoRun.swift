import Catalog
import Gateway
public import Logging
import Upstream

/// Simulated traffic through a real gateway in this process, which leaves its log behind.
public enum DemoRun {
    /// Starts the simulated providers and the gateway, sends what is planned, and stops them.
    ///
    /// - Parameters:
    ///   - plan: what is sent, and who answers.
    ///   - directory: the data directory.
    ///   - logger: where the gateway's lines go.
    ///   - progress: called with the number of requests that are over, and of all.
    /// - Returns: what came of the requests.
    /// - Throws: what a start throws, and `DemoError`.
    public static func run(
        _ plan: DemoPlan,
        directory: String,
        logger: Logger,
        progress: (_ done: Int, _ all: Int) -> Void
    ) async throws -> DemoTraffic.Tally {
        let gateway = try await Gateway(
            plan.settings,
            catalog: try Catalog.shipped,
            directory: directory,
            logger: logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let (starts, start) = AsyncStream<Listening>.makeStream()
            group.addTask {
                defer { start.finish() }
                try await gateway.run(stopsOnSignals: false) { start.yield($0) }
            }
            var iterator = starts.makeAsyncIterator()
            guard let listening = await iterator.next() else {
                try await group.waitForAll()
                throw DemoError("the gateway stopped before it listened")
            }
            let client = try UpstreamClient()
            let tally = try await DemoTraffic(
                plan: plan,
                address: "http://127.0.0.1:\(listening.port)",
                client: client
            ).run(progress)
            client.shutdown()
            await listening.stop()
            try await group.waitForAll()
            return tally
        }
    }
}

/// Why a demo could not be carried through.
public struct DemoError: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
