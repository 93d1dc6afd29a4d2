import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import NIOCore
import Providers
import RouterState
import Upstream

/// What Ollama's API tells of models: `POST /api/show`, `GET /api/ps` and `GET /api/version`.
struct OllamaEndpoint: Sendable {
    /// The version of Ollama's API that is spoken here: clients ask before they use what is newer.
    private static let apiVersion = "0.12.6"

    let ledger: Ledger
    let providers: ProviderDirectory
    let questions: ProviderQuestions

    /// `GET /api/version`.
    var version: Response {
        var writer = JSONWriter()
        writer.object { $0.member("version", Self.apiVersion) }
        return Self.json(writer.bytes)
    }

    /// `GET /`, by which Ollama's own programs see whether a server is there.
    ///
    /// Its command line asks by HEAD (api/client.go, `Heartbeat`), others look for the words. A browser,
    /// which asks for HTML, is told what really runs.
    func greeting(to request: Request) -> Response {
        let isBrowser = request.headers[.accept]?.contains("text/html") == true
        let text = isBrowser ? "Logway is running" : "Ollama is running"
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8", .vary: "accept"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// `POST /api/show`: what the model's own Ollama says, else what Logway knows.
    func show(_ request: Request) async -> Response {
        let name: String
        do {
            name = try Self.modelName(in: try await request.wholeBody(upTo: .small))
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: .ollama)
        }
        let found = ledger.read { state, _ in state.owners(of: name) }
        for owner in found.owners where owner.family == .ollama {
            guard let provider = providers.lanes(of: owner.provider, in: ledger).first else {
                continue
            }
            do throws(UpstreamError) {
                let body = Self.showBody(owner.model)
                let answer = try await questions.ask(provider, "/api/show", body: body)
                if answer.status == 200 { return Self.json(answer.body) }
            } catch {
                // What Logway knows is better than nothing.
            }
        }
        guard found.isKnown else {
            return ClientError(
                status: 404,
                code: "model_not_found",
                message: "model '\(name)' not found",
                param: "model",
                requestID: Events.RequestID.fresh().description
            ).response(for: .ollama)
        }
        let card = found.owners.lazy.compactMap(\.card).first
        let told = found.owners.lazy.compactMap(\.told).first
        let details = OllamaModelDetails(
            contextWindow: told?.contextWindow ?? card?.contextWindow,
            capabilities: card?.capabilities
        )
        return Self.json(details.body)
    }

    /// `GET /api/ps`: the models that are loaded, at every Ollama that answers and, as of the last list,
    /// at every LM Studio.
    func running() async -> Response {
        var loaded: [JSONSlice] = []
        var others: [ListedModel] = []
        for first in providers.all {
            guard first.endpoint.family == .ollama else {
                others += ledger.read { state, _ in state.models.details(of: first.name) }
                continue
            }
            do {
                let lanes = providers.lanes(of: first.name, in: ledger)
                let answer = try await questions.ask(lanes.first ?? first, "/api/ps")
                guard answer.status == 200 else { continue }
                let models = try JSONSlice(validating: answer.body).member("models")
                loaded += models.map { Array($0.elements) } ?? []
            } catch {
                // One that does not answer has no model loaded that could be used.
            }
        }
        var writer = JSONWriter()
        writer.object { root in
            root.array("models") { models in
                loaded.forEach { models.write($0) }
                for model in others where model.isLoaded == true {
                    OllamaModelDetails.writeRunning(model, to: &models)
                }
            }
        }
        return Self.json(writer.bytes)
    }

    /// The name in `model`, or in `name`, as older clients call it.
    private static func modelName(in body: [UInt8]) throws(RequestError) -> String {
        let found: [JSONSlice?]
        do {
            found = try JSONSlice(validating: body).scan(["model", "name"])
        } catch {
            throw RequestError("\(error)", offset: error.offset)
        }
        guard let name = (found[0] ?? found[1])?.string, !name.isEmpty else {
            throw RequestError("model is missing: name a model", field: "model")
        }
        return name
    }

    private static func showBody(_ model: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.member("model", model) }
        return writer.bytes
    }

    private static func json(_ body: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

/// A provider that has a model.
struct ModelOwner: Sendable {
    let provider: String
    let family: WireFamily
    /// The model's name there.
    let model: String
    let card: ModelPolicy?
    /// What the server itself tells of it; `nil` where it tells nothing.
    let told: ListedModel?
}

extension RouterState {
    /// Who has the model that a client names, best first, and whether the name may be asked for at
    /// all: `auto` and the chains are nobody's.
    func owners(of name: String) -> (owners: [ModelOwner], isKnown: Bool) {
        let policy = self.policy
        var owners: [ModelOwner] = []
        for provider in policy.policy.providers {
            var model = name
            if name.hasPrefix(provider.name + ":") {
                model = String(name.dropFirst(provider.name.count + 1))
            } else if !models.has(name, at: provider) {
                continue
            }
            let card = policy.card(ModelReference(provider: provider.name, model: model))
            owners.append(
                ModelOwner(
                    provider: provider.name,
                    family: provider.family,
                    model: model,
                    card: card,
                    told: models.details(of: provider.name).first { $0.name == model }
                )
            )
        }
        return (owners, !owners.isEmpty || modelNames.contains { $0.id == name })
    }
}
