import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import JSONBytes
import Ledger
import NIOCore
import Platform
import ProviderClients
import Providers
import RouterState

/// What Ollama's API tells of models: `POST /api/show`, `GET /api/ps` and `GET /api/version`.
struct OllamaEndpoint: Sendable {
    /// The version of Ollama's API that is spoken here: clients ask before they use what is newer.
    ///
    /// `codex --oss` wants 0.13.4 for `/v1/responses`, Claude Code's launcher 0.14 for `/v1/messages`;
    /// both are served. It is the version of April 2026.
    private static let apiVersion = "0.20.0"

    /// How long a model of another server is said to stay loaded: what Ollama's own do.
    private static let keptLoaded = Duration.seconds(300)

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
    ///
    /// Of the body so much is read as `limit` says.
    func show(_ request: Request, upTo limit: BodyLimit) async -> Response {
        let asked: ModelQuestion
        do {
            asked = try ModelQuestion(try await request.wholeBody(upTo: limit))
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: .ollama)
        }
        let found = ledger.read { state, _ in state.owners(of: asked.model) }
        for owner in found.owners where owner.family == .ollama {
            guard let provider = providers.lanes(of: owner.provider, in: ledger).first else {
                continue
            }
            do {
                let body = asked.showBody(for: owner.model)
                let answer = try await questions.ask(provider, "/api/show", body: body)
                if answer.status == 200 { return Self.json(answer.said(answer.body)) }
            } catch {
                // What Logway knows is better than nothing.
            }
        }
        guard found.isKnown else { return Self.unknown(asked.model) }
        // `auto`, a chain and an alias are whatever stands behind them.
        let owners =
            found.owners.isEmpty ? ledger.read { state, _ in state.allOwners } : found.owners
        let told = found.owners.lazy.compactMap(\.told).first
        let windows = owners.compactMap { $0.told?.contextWindow ?? $0.card?.contextWindow }
        let details = OllamaModelDetails(
            name: asked.model,
            contextWindow: found.owners.isEmpty ? windows.max() : windows.first,
            capabilities: owners.possibleCapabilities,
            file: ListedModel(named: asked.model, told: told),
            listed: Clocks.wall
        )
        return Self.json(details.body)
    }

    /// `GET /api/ps`: the models that are loaded, at every Ollama that answers and, as of the last list,
    /// at every LM Studio.
    func running() async -> Response {
        var loaded: [JSONSlice] = []
        // The slices share the answers' bytes.
        var rooms: [HeldRoom?] = []
        defer { withExtendedLifetime(rooms) {} }
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
                rooms.append(answer.room)
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
                    OllamaModelDetails.writeRunning(
                        ListedModel(named: model.name, told: model),
                        expires: Clocks.wall + Self.keptLoaded,
                        to: &models
                    )
                }
            }
        }
        return Self.json(writer.bytes)
    }

    /// `POST /api/pull`: a model that is served is there already; others are not loaded down here.
    ///
    /// Some programs pull what they need at each start (Ollama's docs/api.md, "Pull a Model"; `stream`
    /// is on by default). Of the body so much is read as `limit` says.
    func pull(_ request: Request, upTo limit: BodyLimit) async -> Response {
        do {
            let body = try await request.wholeBody(upTo: limit)
            let asked = try ModelQuestion(body)
            guard ledger.read({ state, _ in state.owners(of: asked.model) }).isKnown else {
                return Self.unknown(
                    asked.model,
                    advice:
                        "; Logway loads no models down: run `ollama pull \(asked.model)` where an "
                        + "Ollama runs, and it is listed soon after"
                )
            }
            let success = #"{"status":"success"}"#
            guard asked.streams else { return Self.json(Array(success.utf8)) }
            return Response(
                status: .ok,
                headers: [.contentType: "application/x-ndjson"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: success + "\n"))
            )
        } catch {
            return ClientError(unreadable: error, id: .fresh()).response(for: .ollama)
        }
    }

    private static func unknown(_ model: String, advice: String = "") -> Response {
        ClientError(
            status: 404,
            code: "model_not_found",
            message: "model '\(model.limited(toBytes: RequestReader.modelNameLimit))' not found"
                + advice,
            param: "model",
            requestID: Events.RequestID.fresh().description
        ).response(for: .ollama)
    }

    private static func json(_ body: [UInt8]) -> Response {
        json(ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private static func json(_ body: ResponseBody) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
