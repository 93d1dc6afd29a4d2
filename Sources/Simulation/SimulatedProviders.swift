import Catalog
public import Settings

/// The simulated providers of a configuration, running as real servers on free ports.
public struct SimulatedProviders: Sendable {
    private var servers: [SimulatedServer] = []
    /// The base URLs, by configured name.
    public private(set) var baseURLs: [String: String] = [:]

    /// Starts a server for each enabled simulated provider, or none.
    ///
    /// - Throws: `SimulationError` when an outcome table can't be read or no port is free.
    public static func start(
        _ settings: Settings
    ) async throws(SimulationError) -> SimulatedProviders {
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
    public var specs: [SimulatedProviderSpec] { servers.map(\.spec) }

    /// Stops the servers.
    public func stop() async {
        for server in servers { await server.stop() }
    }
}
