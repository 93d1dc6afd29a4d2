import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Settings

/// Answers the requests to one simulated provider.
struct SimulatedResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// The largest request body, as that of the gateway by default.
    private static let bodyLimitInBytes = 32 * 1_024 * 1_024

    let spec: SimulatedProviderSpec
    let outcomes: OutcomeTable?
    private let occurrences = OccurrenceCounter()

    init(spec: SimulatedProviderSpec, outcomes: OutcomeTable?) {
        self.spec = spec
        self.outcomes = outcomes
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        guard isAuthorised(request) else { return SimulatedFailure.keyRejected.response }
        switch (request.method, request.uri.path) {
        case (.get, "/v1/models"):
            return models
        case (.get, let path) where path.hasPrefix("/v1/models/"):
            return model(String(path.dropFirst("/v1/models/".count)))
        case (.post, "/v1/chat/completions"):
            return try await chat(request)
        case (.post, "/v1/embeddings"):
            return try await embeddings(request)
        default:
            return SimulatedFailure.unknownPath.response
        }
    }

    private func isAuthorised(_ request: Request) -> Bool {
        spec.apiKey.map { request.headers[.authorization] == "Bearer \($0)" } ?? true
    }

    /// The body of a request; `nil` when it is too large.
    private func body(of request: Request) async throws -> ByteBuffer? {
        do {
            return try await request.body.collect(upTo: Self.bodyLimitInBytes)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    private func embeddings(_ request: Request) async throws -> Response {
        guard let body = try await body(of: request) else {
            return SimulatedFailure.tooLarge.response
        }
        let asked: EmbeddingsRequest
        do {
            asked = try JSONDecoder().decode(
                EmbeddingsRequest.self,
                from: Data(body.readableBytesView)
            )
        } catch {
            return SimulatedFailure.malformed.response
        }
        guard let model = spec.model(named: asked.model) else {
            return SimulatedFailure.unknownModel(asked.model, known: spec.models).response
        }
        guard model.embeds else {
            return SimulatedFailure.otherWork(model, "embeddings").response
        }
        var fingerprint = SeededRandom(
            seed: spec.seed,
            model.name,
            asked.texts.joined(separator: "\u{1E}")
        )
        let key = fingerprint.next()
        let course = SimulatedCourse(of: spec, model, key: key, occurrence: occurrences.next(key))
        try await pause(course.firstTokenDelay)
        if let failure = course.failure { return failure.response }
        return .json(SimulatedEmbeddings(of: asked, by: model, seed: spec.seed).json)
    }

    private func chat(_ request: Request) async throws -> Response {
        guard let body = try await body(of: request) else {
            return SimulatedFailure.tooLarge.response
        }
        let chat: ChatRequest
        do {
            chat = try JSONDecoder().decode(
                ChatRequest.self,
                from: Data(body.readableBytesView)
            )
        } catch {
            return SimulatedFailure.malformed.response
        }
        guard !chat.messages.isEmpty else { return SimulatedFailure.malformed.response }
        guard let model = spec.model(named: chat.model) else {
            return SimulatedFailure.unknownModel(chat.model, known: spec.models).response
        }
        guard !model.embeds else {
            return SimulatedFailure.otherWork(model, "chats").response
        }
        let tokens = chat.promptTokens
        guard tokens <= model.contextWindow else {
            return SimulatedFailure.tooLong(tokens: tokens, limit: model.contextWindow).response
        }
        return try await answer(chat, by: model)
    }

    private func answer(_ chat: ChatRequest, by model: SimulatedModel) async throws -> Response {
        let texts = chat.messages.map { "\($0.role)\u{1F}\($0.text)" }.joined(separator: "\u{1E}")
        var fingerprint = SeededRandom(seed: spec.seed, model.name, texts)
        let key = fingerprint.next()
        let course = SimulatedCourse(of: spec, model, key: key, occurrence: occurrences.next(key))
        try await pause(course.firstTokenDelay)
        if let failure = course.failure { return failure.response }
        let completion = CompletionJSON(
            id: "chatcmpl-sim-\(String(key, radix: 16))-\(course.occurrence)",
            model: model.name,
            answer: SimulatedAnswer(to: chat, by: model, seed: spec.seed, outcomes: outcomes)
        )
        guard chat.stream == true else {
            try await pause(course.delay(ofTokens: completion.answer.completionTokens))
            return .json(completion.object)
        }
        return SimulatedStream(
            completion: completion,
            course: course,
            includesUsage: chat.streamOptions?.includeUsage == true
        ).response
    }

    /// Sleeps unless the server stops; for no time at all it does not even yield.
    private func pause(_ duration: Duration) async throws {
        guard duration > .zero else { return }
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }

    private var models: Response {
        let list = spec.models.map(json).joined(separator: ",")
        return .json(#"{"object":"list","data":[\#(list)]}"#)
    }

    private func model(_ id: String) -> Response {
        let decoded = id.removingPercentEncoding ?? id
        guard let model = spec.model(named: decoded) else {
            return SimulatedFailure.unknownModel(decoded, known: spec.models).response
        }
        return .json(json(model))
    }

    private func json(_ model: SimulatedModel) -> String {
        #"{"id":\#(jsonQuoted(model.name)),"object":"model","created":\#(CompletionJSON.created),"#
            + #""owned_by":\#(jsonQuoted(spec.name)),"context_window":\#(model.contextWindow)}"#
    }
}
