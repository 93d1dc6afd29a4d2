import ArgumentParser
import ProviderClients
import Queries
import Settings

/// Where the configuration is, for commands that need the whole of it.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The configuration. Default: ./logway.yaml, then ~/.config/logway/logway.yaml."
    )
    var config: String?

    /// The settings of the file, or those that are discovered where there is none, and the catalogue.
    ///
    /// - Throws: `SettingsError` with every mistake in the file; `QueryError` for a catalogue.
    func read() async throws -> EffectiveConfiguration {
        let environment = QueryEnvironment.process
        if let file = environment.configurationFile(config) {
            return try EffectiveConfiguration(file: file, in: environment)
        }
        return try await .discovered(in: environment) { await LocalServer.reachable() }
    }
}
