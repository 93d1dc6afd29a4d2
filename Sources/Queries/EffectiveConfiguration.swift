public import Catalog
import Foundation
public import Settings

/// The configuration in force with the catalogue that it is read with.
public struct EffectiveConfiguration: Sendable {
    /// The settings of the file, or those that were discovered where there is none.
    public var settings: Settings
    /// The shipped models under the user's.
    public let catalog: Catalog

    /// Reads a configuration's file.
    ///
    /// - Throws: `SettingsError` with every mistake in the file; `QueryError` for a user catalogue that
    ///   can't be used.
    public init(file: String, in environment: QueryEnvironment) throws {
        // What the file names as its catalogue is known only when it was read, and its default models
        // only with that catalogue.
        let variables = environment.variables
        let first = try Settings(file: file, environment: variables, catalog: Catalog.shipped)
        catalog = try CatalogFiles(in: environment).catalog(first.catalogFile)
        settings = try Settings(file: file, environment: variables, catalog: catalog)
    }

    /// What is found without a file: providers whose keys are in the environment, and servers on this
    /// machine.
    ///
    /// - Parameters:
    ///   - environment: where the keys are.
    ///   - reachable: asks which servers there are.
    /// - Returns: the providers that were found, or the simulated ones.
    /// - Throws: `QueryError` for a user catalogue that can't be used.
    public static func discovered(
        in environment: QueryEnvironment,
        reachable: () async -> [LocalServer]
    ) async throws -> EffectiveConfiguration {
        let catalog = try CatalogFiles(in: environment).catalog(nil)
        let settings = Settings.discovered(
            environment: environment.variables,
            reachable: await reachable(),
            catalog: catalog
        )
        return EffectiveConfiguration(settings: settings, catalog: catalog)
    }

    private init(settings: Settings, catalog: Catalog) {
        self.settings = settings
        self.catalog = catalog
    }
}

extension EffectiveConfiguration {
    /// A provider by its name, disabled ones included.
    ///
    /// - Throws: `QueryError.unknownProvider`, with the names there are.
    public func provider(named name: String) throws(QueryError) -> ProviderSettings {
        if let provider = settings.provider(named: name) { return provider }
        throw .unknownProvider(name, known: settings.providers.map(\.name))
    }

    /// Where a model is to be loaded.
    ///
    /// - Parameters:
    ///   - model: `PROVIDER:MODEL`, or `MODEL` where one provider can load models.
    ///   - canLoad: whether a type of provider can be told to load models. One that is named is not
    ///     asked.
    /// - Returns: the provider, and the model's name there.
    /// - Throws: `QueryError.nobodyLoads`, or `.severalLoad` where the provider has to be named.
    public func place(
        toLoad model: String,
        where canLoad: (ProviderType) -> Bool
    ) throws(QueryError) -> (provider: ProviderSettings, model: String) {
        let parts = model.split(separator: ":", maxSplits: 1).map(String.init)
        if parts.count == 2, let named = settings.provider(named: parts[0]) {
            return (named, parts[1])
        }
        let able = settings.providers.filter { canLoad($0.type) }
        if able.isEmpty { throw .nobodyLoads }
        guard able.count == 1 else {
            throw .severalLoad(choices: able.map { "\($0.name):\(model)" })
        }
        return (able[0], model)
    }

    /// Writes into a configuration's file that a provider is the first one that requests for `auto` go
    /// to; comments, order and style stay, and so do the file's permissions.
    ///
    /// - Parameters:
    ///   - name: the provider's name.
    ///   - given: the configuration's file; `nil` takes the usual one.
    ///   - environment: where that is, and what the file's variables are looked up in.
    /// - Returns: the file, and whether it was changed; it is not where the provider is the first
    ///   already.
    /// - Throws: `QueryError.noConfiguration`, `.unknownProvider`; `SettingsError.invalid` for a file
    ///   that is wrong, `.unreadable` where it can't be changed this way, with what to write by hand;
    ///   what writing a file throws.
    public static func makeDefault(
        _ name: String,
        configuration given: String? = nil,
        in environment: QueryEnvironment
    ) throws -> (file: String, isChanged: Bool) {
        guard let file = environment.configurationFile(given) else {
            throw QueryError.noConfiguration
        }
        let configuration = try EffectiveConfiguration(file: file, in: environment)
        _ = try configuration.provider(named: name)
        let url = URL(filePath: file).resolvingSymlinksInPath()
        let text = try String(contentsOf: url, encoding: .utf8)
        let edited = try SettingsEdit.makingDefault(
            name,
            in: text,
            file: file,
            environment: environment.variables,
            catalog: configuration.catalog
        )
        guard edited != text else { return (file, isChanged: false) }
        let permissions = try FileManager.default.attributesOfItem(atPath: url.path)[
            .posixPermissions
        ]
        try Data(edited.utf8).write(to: url, options: .atomic)
        if let permissions {
            // A file that holds keys must not become readable.
            try FileManager.default.setAttributes(
                [.posixPermissions: permissions],
                ofItemAtPath: url.path
            )
        }
        return (file, isChanged: true)
    }
}
