public import Catalog
import ClientHTTP
import EventLog
import Events
public import Ledger
public import Logging
import Platform
import Policies
import Projections
import ProviderClients
import Providers
import Routing
import ServiceLifecycle
public import Settings
import Simulation
import UnixSignals
import Upstream
public import WriteAheadLog

/// The gateway: the log, the providers and the HTTP server, from start to stop.
public struct Gateway: Sendable {
    /// The version of Logway.
    public static let version = "0.1.0"
    /// How long the start waits for the providers' model lists: a slow one must not hold up the rest.
    static let firstRefresh = Duration.seconds(2)
    /// How long a client's connection may lie idle between requests.
    static let idleTimeout = Duration.seconds(300)
    /// The connections to providers that are kept for the next requests, over all providers.
    static let idleUpstreamLimit = 1_024

    /// The log and the state folded from it.
    public let ledger: Ledger
    /// Who watches the clients' connections.
    let watches = ConnectionWatches()
    /// How slow a client may be.
    var clientPace = ClientPace()
    /// What ending the last requests may take, once their grace is over, before the server is cancelled.
    var closeTimeout = Duration.seconds(1)
    /// What the process runs short of.
    let shortages: Shortages
    /// How many clients may be connected.
    private let connections: ConnectionLimit
    let settings: Settings
    private let simulated: SimulatedProviders
    let upstream: UpstreamClient
    let providers: ProviderDirectory
    let conversations: ConversationMarks?
    let logger: Logger
    let diagnostics: DiagnosticLines?
    /// Where the texts of requests and answers are kept; `nil` where they are not.
    let bodies: BodyRecorder?
    /// Keeps the read model behind the log.
    private let follower: ReadModelFollower

    /// Opens the log, starts the simulated providers, and records what is in force.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - catalog: the models and prices.
    ///   - directory: the data directory.
    ///   - logger: where the operator reads what happens.
    ///   - diagnostics: the lines that the logger writes; what it dropped is told by `/readyz`.
    ///   - options: how the log grows.
    ///   - fileSystem: where the log is written.
    /// - Throws: `GatewayError`, before anything is written; `LogError`, `SimulationError`,
    ///   `UpstreamError`.
    public init(
        _ settings: Settings,
        catalog: Catalog,
        directory: String,
        logger: Logger,
        diagnostics: DiagnosticLines? = nil,
        options: LogOptions = LogOptions(),
        fileSystem: any FileSystem = PosixFileSystem()
    ) async throws {
        try await Self.check(settings)
        self.settings = settings
        let logger = logger.without(settings.redaction)
        self.logger = logger
        self.diagnostics = diagnostics
        let ledger = try await BlockingWork.run {
            try Ledger.open(
                directory,
                durability: settings.log.durability,
                version: Self.version,
                snapshots: SnapshotPolicy(interval: settings.log.snapshotEvery),
                options: options,
                redaction: settings.redaction,
                notice: { logger.notice("\($0)") },
                fileSystem: fileSystem
            )
        }
        self.ledger = ledger
        var opened: (simulated: SimulatedProviders?, upstream: UpstreamClient?)
        do {
            let simulated = try await SimulatedProviders.start(settings)
            opened.simulated = simulated
            self.simulated = simulated
            shortages = Shortages { logger.warning("\($0)") }
            connections = ConnectionLimit(
                most: settings.connectionLimit(logger),
                shortages: shortages
            )
            upstream = try UpstreamClient(
                UpstreamOptions(
                    // Idle ones must not take the descriptors of the requests under way.
                    maximumIdleConnections: min(Self.idleUpstreamLimit, connections.most),
                    trustedCertificatesFile: settings.trustedCertificatesFile
                )
            )
            opened.upstream = upstream
            providers = Self.providers(settings, simulated, catalog)
            conversations =
                settings.routing.affinity == nil
                ? nil
                : try await BlockingWork.run {
                    try ConversationMarks(directory: directory, fileSystem: fileSystem)
                }
            try ledger.recordInForce(
                ConfigurationApplied(settings),
                RoutingPolicy(settings, catalog: catalog, simulated: simulated.specs),
                PricesApplied(settings, catalog: catalog, simulated: simulated.specs)
            )
            bodies = try await BodyRecorder.open(
                settings.log,
                beside: ledger,
                keys: providers.keys,
                fileSystem: fileSystem,
                logger: logger
            )
        } catch {
            await opened.simulated?.stop()
            try await BlockingWork.run { [opened] in
                opened.upstream?.shutdown()
                try ledger.close()
            }
            throw error
        }
        follower = ReadModelFollower(directory) { logger.notice("\($0)") }
    }

    /// What a configuration is refused for that can be read, before anything is written.
    private static func check(_ settings: Settings) async throws {
        guard settings.server.isLoopback else {
            throw GatewayError.publicAddress(host: settings.server.host)
        }
        let known = StrategyRegistry.all.names
        if let name = settings.routing.strategies.first(where: { !known.contains($0) }) {
            throw GatewayError.unknownStrategy(name: name, known: known)
        }
        try await settings.server.checkAddress()
    }

    /// The providers that can be asked, each with its lanes.
    private static func providers(
        _ settings: Settings,
        _ simulated: SimulatedProviders,
        _ catalog: Catalog
    ) -> ProviderDirectory {
        ProviderDirectory(
            settings.enabledProviders.flatMap(\.byLane).compactMap { provider in
                (simulated.baseURLs[provider.name] ?? provider.baseURL).map { url in
                    ProviderConnection(
                        provider,
                        baseURL: url,
                        catalog: catalog,
                        redaction: settings.redaction
                    )
                }
            }
        )
    }

    /// Serves until it is told to stop, then drains, records that and closes the log.
    ///
    /// - Parameters:
    ///   - stopsOnSignals: whether SIGTERM, SIGINT and SIGHUP stop it in good order.
    ///   - onListening: called once when it listens.
    /// - Throws: `GatewayError.portInUse` and the like; `LogError` when the log failed.
    public func run(
        stopsOnSignals: Bool = true,
        onListening: @escaping @Sendable (Listening) async -> Void
    ) async throws {
        let refresh = ModelRefresh(
            ledger: ledger,
            providers: providers,
            upstream: upstream,
            shortages: shortages,
            logger: logger
        )
        let refreshing = await refreshFirst(refresh)
        defer { refreshing.cancel() }
        let group = GroupReference()
        let listener = ClientServer(
            responder,
            watches: watches,
            pace: clientPace,
            idleTimeout: Self.idleTimeout,
            connections: connections,
            shortages: shortages,
            host: settings.server.host,
            port: settings.server.port,
            logger: logger,
            onListening: { port in await onListening(Listening(port: port, group: group)) }
        )
        let server = DrainingServer(
            server: listener,
            grace: settings.server.shutdownGrace,
            watches: watches
        )
        var configuration = ServiceGroupConfiguration(
            services: [
                refresh,
                ClockWatch(ledger: ledger),
                RetentionSchedule(
                    ledger: ledger,
                    rule: settings.log.retention,
                    bodies: bodies,
                    bodiesKeptDays: settings.log.bodiesKeptDays,
                    logger: logger
                ),
                server,
            ],
            gracefulShutdownSignals: stopsOnSignals ? StopSignals.heeded : [],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = settings.server.shutdownGrace + closeTimeout
        let services = ServiceGroup(configuration: configuration)
        group.set(services)
        do {
            try await services.run()
            try await stop(reason: "told to stop")
        } catch {
            let error = GatewayError(error, listeningOn: settings.server)
            // In words of our own: what a library throws may print what it holds.
            try await stop(reason: error.description)
            throw error
        }
    }

    /// Learns the providers' models before the first request, as far as they answer soon; slower
    /// lists arrive while requests are served already.
    private func refreshFirst(_ refresh: ModelRefresh) async -> Task<Void, Never> {
        let refreshing = Task { await refresh.refreshAll() }
        let (ends, end) = AsyncStream<Void>.makeStream()
        let waiting = [
            Task {
                await refreshing.value
                end.finish()
            },
            Task {
                do { try await Task.sleep(for: Self.firstRefresh) } catch {}
                end.finish()
            },
        ]
        for await _ in ends {}
        for task in waiting { task.cancel() }
        return refreshing
    }

    private func stop(reason: String) async throws {
        try await BlockingWork.run {
            upstream.shutdown()
            follower.stop()
        }
        await simulated.stop()
        var stopped = NodeStopped()
        stopped.reason = reason
        try await BlockingWork.run { [stopped] in
            defer { ledger.drainObservers() }
            try ledger.record([.nodeStopped(stopped)])
            bodies?.close()
            try ledger.close()
        }
    }
}

/// A server that, told to stop, lets its requests run for a while and then ends them itself.
///
/// A client that still waits for an answer is told so, which a server that is cancelled can't do any
/// more: its connections close under it.
private struct DrainingServer<Server: Service>: Service {
    let server: Server
    /// How long the requests may run on.
    let grace: Duration
    let watches: ConnectionWatches

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            Task {
                try await Task.sleep(for: grace)
                watches.stopAll()
            }
        }
    }
}

extension Settings {
    /// How many clients may be connected: what is configured, as far as there are descriptors for it.
    fileprivate func connectionLimit(_ logger: Logger) -> Int {
        let most = Descriptors.connections(
            wanted: server.maxConnections ?? ConnectionLimit.defaultCount,
            least: ConnectionLimit.least,
            // A simulated provider's end of a connection is in this process too.
            perRequest: Descriptors.perRequest + (isSimulated ? 1 : 0)
        )
        if most < server.maxConnections ?? ConnectionLimit.defaultCount {
            let files = Descriptors.limit.map(String.init) ?? "few"
            logger.warning(
                "at most \(most) clients may be connected, as this process may open \(files) files only"
            )
        }
        return most
    }
}
