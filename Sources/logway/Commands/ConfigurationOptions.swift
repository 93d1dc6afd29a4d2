import ArgumentParser
import Catalog
import Foundation
import Gateway
import Settings

/// Where the configuration is, for commands that need the whole of it.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The configuration. Default: ./logway.yaml, then ~/.config/logway/logway.yaml."
    )
    var config: String?

    /// The configuration's file; `nil` if there is none.
    var file: String? {
        Settings.file(
            given: config,
            workingDirectory: FileManager.default.currentDirectoryPath,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// The settings of the file, or those that are discovered where there is none, and the catalogue.
    ///
    /// - Throws: `SettingsError` with every mistake in the file; `CommandError` for a catalogue.
    func read() async throws -> (Settings, Catalog) {
        let environment = ProcessInfo.processInfo.environment
        guard let file else {
            let catalog = try CatalogFiles.catalog(nil)
            let reachable = await LocalServer.reachable()
            let settings = Settings.discovered(
                environment: environment,
                reachable: reachable,
                catalog: catalog
            )
            return (settings, catalog)
        }
        // What the file names as its catalogue is known only when it was read, and its default models
        // only with that catalogue.
        let first = try Settings(file: file, environment: environment, catalog: Catalog.shipped)
        let catalog = try CatalogFiles.catalog(first.catalogFile)
        let settings = try Settings(file: file, environment: environment, catalog: catalog)
        return (settings, catalog)
    }

    /// A provider of the configuration and the catalogue.
    ///
    /// - Throws: `CommandError` that names the providers there are.
    func provider(named name: String) async throws -> (ProviderSettings, Catalog) {
        let (settings, catalog) = try await read()
        if let provider = settings.provider(named: name) { return (provider, catalog) }
        let names = settings.providers.map(\.name).joined(separator: ", ")
        throw CommandError("there is no provider `\(name)`; there are \(names)")
    }
}
