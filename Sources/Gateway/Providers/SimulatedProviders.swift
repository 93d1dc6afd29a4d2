import Catalog
import Events
import Settings
import Simulation

/// The simulated providers of a configuration, running as real servers on free ports.
struct SimulatedProviders: Sendable {
    private var servers: [SimulatedServer] = []
    /// The base URLs, by configured name.
    private(set) var baseURLs: [String: String] = [:]

    /// Starts a server for each enabled simulated provider, or none.
    ///
    /// - Throws: `SimulationError` when an outcome table can't be read or no port is free.
    static func start(_ settings: Settings) async throws(SimulationError) -> SimulatedProviders {
        var started = SimulatedProviders()
        do throws(SimulationError) {
            for provider in settings.enabledProviders where provider.type == .simulated {
                try await started.start(provider)
            }
        } catch {
            await started.stop()
            throw error
        }
        return started
    }

    private mutating func start(_ provider: ProviderSettings) async throws(SimulationError) {
        let outcomes: OutcomeTable?
        if let file = provider.simulation?.outcomesFile {
            outcomes = try OutcomeTable(file: file)
        } else {
            outcomes = nil
        }
        let server = SimulatedServer(SimulatedProviderSpec(provider), outcomes: outcomes)
        let port = try await server.start()
        servers.append(server)
        baseURLs[provider.name] = "http://127.0.0.1:\(port)/v1"
    }

    /// The specs that the servers answer by.
    var specs: [SimulatedProviderSpec] { servers.map(\.spec) }

    /// Stops the servers.
    func stop() async {
        for server in servers { await server.stop() }
    }
}

extension SimulatedProviderSpec {
    /// The simulated provider that settings describe: a built-in one when they leave it open.
    init(_ provider: ProviderSettings) {
        guard let simulation = provider.simulation else {
            self = .builtIn(named: provider.name)
            return
        }
        self.init(
            name: provider.name,
            models: simulation.models.map { model in
                SimulatedModel(
                    name: model.name,
                    prices: model.prices,
                    quality: model.quality,
                    contextWindow: model.contextWindow,
                    latencyMean: model.latencyMean,
                    tokensPerSecond: model.tokensPerSecond,
                    outcomeModel: model.outcomeModel,
                    capabilities: model.capabilities
                )
            }
        )
        isLocal = simulation.isLocal
        seed = simulation.seed
        failureRate = simulation.failureRate
        rateLimitRate = simulation.rateLimitRate
        retryAfter = simulation.retryAfter
        cutRate = simulation.cutRate
        latencyMean = simulation.latencyMean
        latencyDeviation = simulation.latencyDeviation
        tokensPerSecond = simulation.tokensPerSecond
        apiKey = provider.lanes.isEmpty ? provider.apiKey?.revealed : nil
    }
}
