import ArgumentParser
import JSONBytes
import ProviderClients
import Queries
import Settings

/// What `logway models load` and `unload` share.
private struct ModelLoadOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions
    @Argument(
        help: "PROVIDER:MODEL, such as ollama:llama3.2, or MODEL where one provider is local."
    )
    var model: String
    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    /// The loading at the provider that is named, and the model there.
    func loading() async throws -> (ModelLoading, provider: String, model: String) {
        let found = try await configuration.read()
        let place = try found.place(toLoad: model, where: ModelLoading.isPossible)
        let loading = try ModelLoading(
            at: place.provider,
            catalog: found.catalog,
            trustedCertificatesFile: found.settings.trustedCertificatesFile
        )
        return (loading, place.provider.name, place.model)
    }

    func write(_ model: String, at provider: String, _ state: String) {
        if json {
            Output.line(
                JSONWriter.text { object in
                    object.member("model", model)
                    object.member("provider", provider)
                    object.member("state", state)
                }
            )
        } else {
            Output.line("\(provider): \(model) is \(state)")
        }
    }
}

/// `logway models load`.
struct ModelLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Loads a model into the memory of an Ollama or LM Studio."
    )

    @OptionGroup private var options: ModelLoadOptions

    func run() async throws {
        let (loading, provider, model) = try await options.loading()
        defer { loading.shutdown() }
        try await loading.load(model)
        options.write(model, at: provider, "loaded")
    }
}

/// `logway models unload`.
struct ModelUnloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload",
        abstract: "Takes a model out of the memory of an Ollama or LM Studio."
    )

    @OptionGroup private var options: ModelLoadOptions

    func run() async throws {
        let (loading, provider, model) = try await options.loading()
        defer { loading.shutdown() }
        let count = try await loading.unload(model)
        options.write(model, at: provider, count == 0 ? "not loaded" : "unloaded")
    }
}
