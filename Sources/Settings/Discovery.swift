public import Catalog
import Events

/// A model server on this machine that answered when it was asked for its models.
public struct LocalServer: Hashable, Sendable {
    /// What it is.
    public var type: ProviderType
    /// The models that it has, as it listed them.
    public var models: [String]

    /// A server that answered at its type's usual address.
    public init(type: ProviderType, models: [String]) {
        self.type = type
        self.models = models
    }
}

extension Settings {
    /// The servers that are worth asking before settings are discovered, at their usual addresses.
    public static let discoverableServers: [ProviderType] = [.ollama, .lmstudio]

    /// Hosted providers in the order in which discovery ranks them: where an answer costs less
    /// come first, and the one whose public service was announced as retired comes last.
    private static let hostedRanking: [ProviderType] = [
        .groq, .openrouter, .together, .google, .openai, .claude, .githubModels,
    ]

    /// Settings without a file: the local servers that answered, then each hosted provider whose
    /// key is in the environment, then, if there is neither, the built-in simulated ones.
    ///
    /// Pure: who answers at the local addresses is an argument. `notes` say what was left out and,
    /// when all answers will be simulated, say that.
    public static func discovered(
        environment: [String: String],
        reachable: [LocalServer],
        catalog: Catalog
    ) -> Settings {
        var providers: [ProviderSettings] = []
        var notes: [String] = []
        for type in discoverableServers {
            guard let server = reachable.first(where: { $0.type == type }) else { continue }
            guard !server.models.isEmpty else {
                notes.append("\(type.name) answers but has no models, so it is not used")
                continue
            }
            var provider = ProviderSettings(type: type, priority: providers.count + 1)
            provider.defaultModel = pick(from: server, catalog)
            providers.append(provider)
        }
        for type in hostedRanking {
            guard let key = keyVariable(of: type, in: environment).flatMap({ environment[$0] })
            else { continue }
            guard Secret.fitsHeader(key) else {
                notes.append(
                    "the key of \(type.name) in the environment holds a line break or another control"
                        + " character, so it is not used"
                )
                continue
            }
            var provider = ProviderSettings(type: type, priority: providers.count + 1)
            provider.apiKey = Secret(key)
            provider.defaultModel = catalog.defaultModel(of: type)?.id
            providers.append(provider)
        }
        if providers.isEmpty {
            providers = simulated
            notes.append(
                "No provider was found, so the built-in simulated ones answer: EVERY ANSWER IS"
                    + " SIMULATED. Set a key such as OPENAI_API_KEY, start Ollama, or write a"
                    + " logway.yaml to get real ones."
            )
        }
        var settings = Settings(origin: .discovery, providers: providers)
        settings.notes = notes
        return settings
    }

    /// The built-in simulated providers, whose models are in the module Simulation.
    private static var simulated: [ProviderSettings] {
        BuiltInSimulation.names.enumerated().map { place, name in
            ProviderSettings(type: .simulated, name: name, priority: place + 1)
        }
    }

    /// The catalogue's pick if the server has it, else its first model that the catalogue knows to
    /// chat; `nil` leaves the choice to routing, which judges unknown models by their names.
    private static func pick(from server: LocalServer, _ catalog: Catalog) -> String? {
        let standard = catalog.defaultModel(of: server.type)
        if let match = server.models.first(where: {
            $0 == standard?.id || catalog.model(provider: server.type, id: $0) == standard
        }) {
            return match
        }
        return server.models.first {
            let card = catalog.model(provider: server.type, id: $0)
            return card?.capabilities?.contains(.streaming) == true
        }
    }

    /// The variable that a provider's key is taken from; `nil` if none holds one.
    ///
    /// GITHUB_TOKEN is on many machines for other purposes; it counts in a Codespace only.
    private static func keyVariable(
        of type: ProviderType,
        in environment: [String: String]
    ) -> String? {
        if type == .githubModels, environment["CODESPACES"] != "true" { return nil }
        return type.keyVariables.first { environment[$0]?.isEmpty == false }
    }

    /// What discovery found, a provider each, for the user to see: a server's address, or the variable
    /// whose key is used.
    ///
    /// Never the key. Empty for other settings and simulated providers.
    public func findings(in environment: [String: String]) -> [String] {
        guard origin == .discovery, !isSimulated else { return [] }
        return enabledProviders.map { provider in
            guard let variable = Self.keyVariable(of: provider.type, in: environment) else {
                let model = provider.defaultModel.map { " (\($0))" } ?? ""
                return "\(provider.name) at \(provider.baseURL ?? "")\(model)"
            }
            return "\(provider.name) (key in \(variable))"
        }
    }
}
