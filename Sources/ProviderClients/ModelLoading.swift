public import Catalog
import Events
import JSONBytes
import Platform
import Providers
public import Settings
import Upstream

/// Loads models into the memory of a local server, and takes them out again.
///
/// Ollama: a request without a prompt loads, one with `keep_alive` 0 unloads (docs/api.md, "Load a
/// model", "Unload a model"). LM Studio: `/api/v1/models/load` and `/unload`, which takes the id of an
/// instance (lmstudio.ai/docs, "REST API"). November 2026.
public struct ModelLoading: Sendable {
    /// What went wrong.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened, where and what to do.
        public let description: String
    }

    /// Whether a type of provider can be told to load models.
    public static func isPossible(at type: ProviderType) -> Bool {
        type == .ollama || type == .lmstudio
    }

    private let provider: ProviderSettings
    private let connection: ProviderConnection
    private let upstream: UpstreamClient

    /// The loading at a provider; `shutdown` ends it.
    ///
    /// - Parameters:
    ///   - provider: the provider.
    ///   - catalog: where what is known of its models comes from.
    ///   - trustedCertificatesFile: the authorities to trust instead of the system's.
    /// - Throws: `Failure` for a provider that has no such thing, or without an address.
    public init(
        at provider: ProviderSettings,
        catalog: Catalog,
        trustedCertificatesFile: String? = nil
    ) throws(Failure) {
        guard Self.isPossible(at: provider.type), let url = provider.baseURL else {
            throw Failure(
                description:
                    "\(provider.name) is of the type \(provider.type.name), which is not told"
                    + " what to load; ollama and lmstudio are"
            )
        }
        self.provider = provider
        connection = ProviderConnection(provider, baseURL: url, catalog: catalog)
        do throws(UpstreamError) {
            upstream = try UpstreamClient(
                UpstreamOptions(trustedCertificatesFile: trustedCertificatesFile)
            )
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// Ends the connections.
    public func shutdown() { upstream.shutdown() }

    /// Loads a model; returns when it is ready.
    public func load(_ model: String) async throws(Failure) {
        if provider.type == .ollama {
            try await askOllama(model, keepAlive: provider.keepAlive)
        } else {
            try await post("/api/v1/models/load") { $0.member("model", model) }
        }
    }

    /// Takes a model out of the memory.
    ///
    /// - Returns: how many instances of it there were; Ollama does not say and has one at most.
    public func unload(_ model: String) async throws(Failure) -> Int {
        if provider.type == .ollama {
            try await askOllama(model, keepAlive: "0")
            return 1
        }
        let instances = try await instances(of: model)
        for instance in instances {
            try await post("/api/v1/models/unload") { $0.member("instance_id", instance) }
        }
        return instances.count
    }

    private func askOllama(_ model: String, keepAlive: String?) async throws(Failure) {
        try await post("/api/generate") { body in
            body.member("model", model)
            // The size that requests ask for as well, or the first one would load it again.
            body.object("options") { $0.member("num_ctx", OllamaContext.least) }
            if let keepAlive, let seconds = Int(keepAlive) {
                body.member("keep_alive", seconds)
            } else if let keepAlive {
                body.member("keep_alive", keepAlive)
            }
            body.member("stream", false)
        }
    }

    /// The ids of a model's instances at an LM Studio.
    private func instances(of model: String) async throws(Failure) -> [String] {
        let body = try await ask("GET", "/api/v1/models", [])
        do {
            let models = try JSONSlice(validating: body).member("models")
            var ids: [String] = []
            for entry in models?.elements.map({ $0 }) ?? [] where entry.kind == .object {
                guard try entry.member("key")?.string == model else { continue }
                for instance in try entry.member("loaded_instances")?.elements.map({ $0 }) ?? [] {
                    if let id = try instance.member("id")?.string { ids.append(id) }
                }
            }
            return ids
        } catch {
            throw Failure(
                description: "\(provider.name): the list of models can't be read: \(error)"
            )
        }
    }

    private func post(
        _ path: String,
        _ members: (inout JSONWriter) -> Void
    ) async throws(Failure) {
        var writer = JSONWriter()
        writer.object(nil, members)
        _ = try await ask("POST", path, writer.bytes)
    }

    private func ask(
        _ method: String,
        _ path: String,
        _ body: [UInt8]
    ) async throws(Failure) -> [UInt8] {
        var request = connection.modelsRequest(from: nil)
        request.method = method
        request.url = connection.endpoint.serverURL + path
        request.body = [body[...]]
        // A large model takes minutes from a slow disk.
        request.timeouts = UpstreamTimeouts(
            connect: connection.timeouts.connect,
            firstToken: connection.timeouts.total,
            idle: connection.timeouts.total,
            total: connection.timeouts.total
        )
        let exchange = upstream.start(request)
        let head: UpstreamHead
        let answer: [UInt8]
        do throws(UpstreamError) {
            head = try await exchange.head()
            answer = try await exchange.collect(limit: ModelListing.byteLimit)
        } catch {
            throw Failure(description: "\(provider.name): \(error)")
        }
        guard (200..<300).contains(head.status) else {
            let failure = ProviderFailure.classify(
                status: head.status,
                headers: { head.headers[$0] },
                body: answer,
                family: connection.endpoint.family,
                now: Clocks.wall
            ).masked(by: connection.keys)
            throw Failure(description: "\(provider.name) (\(head.status)): \(failure.message)")
        }
        return answer
    }
}
