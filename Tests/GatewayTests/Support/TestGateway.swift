import Catalog
import EventLog
import Events
import Logging
import RouterState
import Settings
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import ClientHTTP
@testable import Gateway
@testable import Ledger
@testable import LedgerSupport

/// A gateway that runs in this process on a free port.
struct TestGateway: Sendable {
    let gateway: Gateway
    let port: Int
    let listening: Listening

    var ledger: Ledger { gateway.ledger }

    /// A client with a connection of its own.
    func client() throws -> RawClient { try RawClient(port: port) }

    /// Lets the gateway do what it could be doing: so many requests go all the way through its
    /// event loops and tasks, one after the other.
    func letWork(requests: Int = 30) async throws {
        for _ in 0..<requests {
            let client = try client()
            client.get("/healthz")
            #expect(await client.response().status == 200)
        }
    }

    /// Waits until no request is in flight.
    func waitUntilIdle() async throws {
        #expect(
            try await eventually { ledger.read { state, _ in state.inFlight.count == 0 } },
            "a request was left open"
        )
    }
}

/// Runs a gateway, then the body, then stops it in good order and checks what it recorded.
///
/// - Returns: the record of everything that happened.
@discardableResult
func withGateway(
    _ settings: Settings,
    directory: TemporaryDirectory = TemporaryDirectory(),
    files: any FileSystem = PosixFileSystem(),
    options: LogOptions = LogOptions(),
    pace: ClientPace = .init(),
    closeTimeout: Duration? = nil,
    isFailing: Bool = false,
    _ body: @escaping @Sendable (TestGateway) async throws -> Void
) async throws -> Record {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var made = try await Gateway(
        settings,
        catalog: try Catalog(cards: []),
        directory: directory.path,
        logger: logger,
        options: options,
        fileSystem: files
    )
    made.clientPace = pace
    if let closeTimeout { made.closeTimeout = closeTimeout }
    let gateway = made
    let (started, starting) = AsyncStream<Listening>.makeStream()
    let running = Task {
        defer { starting.finish() }
        try await gateway.run(stopsOnSignals: false) { starting.yield($0) }
    }
    var isRunning = false
    for await listening in started {
        isRunning = true
        let test = TestGateway(gateway: gateway, port: listening.port, listening: listening)
        do {
            try await body(test)
        } catch {
            await listening.stop()
            throw error
        }
        await listening.stop()
    }
    #expect(isRunning, "the gateway never listened")
    do {
        try await running.value
    } catch {
        guard isFailing else { throw error }
    }
    let record = try Record(directory)
    if !isFailing {
        record.expectWhole()
        try record.expectReplays()
        gateway.ledger.read { state, _ in
            #expect(state == record.state, "the fold of the log is not the ledger's state")
        }
    }
    return record
}

extension Settings {
    /// Settings with these providers that listen on a free port.
    static func testing(
        _ providers: ProviderSettings...,
        change: (inout Settings) -> Void = { _ in }
    ) -> Settings {
        testing(providers, change: change)
    }

    static func testing(
        _ providers: [ProviderSettings],
        change: (inout Settings) -> Void = { _ in }
    ) -> Settings {
        var settings = Settings(origin: .discovery, providers: providers)
        settings.server.port = 0
        change(&settings)
        return settings
    }
}

extension ProviderSettings {
    /// A provider at a scripted upstream, 3 dollars in and 15 out.
    static func scripted(
        _ upstream: ScriptedUpstream,
        name: String = "a",
        priority: Int = 1,
        change: (inout ProviderSettings) -> Void = { _ in }
    ) -> ProviderSettings {
        var provider = ProviderSettings(type: .openai, name: name, priority: priority)
        provider.baseURL = upstream.baseURL
        provider.defaultModel = "m"
        provider.models = ["m"]
        provider.prices = TokenPrices(input: 3_000_000_000, output: 15_000_000_000)
        provider.healthCheck.interval = .seconds(3_600)
        change(&provider)
        return provider
    }
}
