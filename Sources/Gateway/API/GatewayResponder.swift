import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Platform
import Providers

/// Sends each request to what answers it; the whole list of paths is here.
struct GatewayResponder: ClientResponder {
    let callers: CallerPolicy
    let inference: InferenceHandler
    let models: ModelsEndpoint
    let ollama: OllamaEndpoint
    let tokenCounts: TokenCountEndpoint
    let responses: ResponsesEndpoint
    let feedback: FeedbackEndpoint
    let readiness: Readiness

    func respond(to request: Request, on channel: any Channel) async -> Response {
        if let violation = RequestRules.violation(of: request.head) {
            var response = Self.refusal(violation, of: request)
            response.headers[.connection] = "close"
            return response
        }
        guard let origin = request.headers[.origin] else {
            return await answerToCaller(request, on: channel)
        }
        if let refusal = callers.refusal(ofOrigin: origin) {
            return Self.refusal(refusal, of: request)
        }
        var response =
            CrossOrigin.isPreflight(request)
            ? CrossOrigin.preflight(request) : await answerToCaller(request, on: channel)
        CrossOrigin.allow(origin, to: &response)
        return response
    }

    private func answerToCaller(_ request: Request, on channel: any Channel) async -> Response {
        if let refusal = callers.refusal(ofHost: request.head.authority) {
            return Self.refusal(refusal, of: request)
        }
        let request = Self.canonical(request)
        let path = request.uri.path
        switch request.method {
        case .head where ServedPaths.methods(of: path)?.contains(.get) ?? false:
            // Whoever asks for a head alone would take a body for the next answer.
            return await answer(request, to: .get, on: channel).createHeadResponse()
        case .head where ServedPaths.methods(of: path) != nil || ServedPaths.bases.contains(path):
            // A probe whether there is a server: what the path wants to be asked with stands in `allow`.
            return Self.allowing(path, .ok).createHeadResponse()
        case .head: return Self.notFound(request).createHeadResponse()
        case .options where ServedPaths.methods(of: path) != nil || path == "*":
            return Self.allowing(path, .noContent)
        default: return await answer(request, to: request.method, on: channel)
        }
    }

    /// A refusal in the client's shape; whoever asks for a head alone would take its body for the next answer.
    private static func refusal(_ error: ClientError, of request: Request) -> Response {
        let response = error.response(for: family(of: request))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The request with the path that is served, where it has another one that can mean no other.
    private static func canonical(_ request: Request) -> Request {
        let path = request.uri.path
        guard ServedPaths.methods(of: path) == nil, let meant = ServedPaths.meant(by: path) else {
            return request
        }
        var head = request.head
        head.path = meant + (request.uri.query.map { "?" + $0 } ?? "")
        return Request(head: head, body: request.body)
    }

    /// The most that is read of a body sent to a path.
    func bodyLimit(at path: String) -> BodyLimit {
        switch ServedPaths.meant(by: path) {
        case "/v1/feedback", "/api/show", "/api/pull": .small
        default: inference.reader.bodyLimit
        }
    }

    private func answer(
        _ request: Request,
        to method: HTTPRequest.Method,
        on channel: any Channel
    ) async -> Response {
        let path = request.uri.path
        switch (method, path) {
        case (.post, "/v1/chat/completions"):
            return await inference.respond(to: request, api: .chatCompletions, on: channel)
        case (.post, "/v1/messages"):
            return await inference.respond(to: request, api: .messages, on: channel)
        case (.post, "/v1/completions"):
            return await inference.respond(to: request, api: .completions, on: channel)
        case (.post, "/v1/responses"):
            return await inference.respond(to: request, api: .responses, on: channel)
        case (.post, "/v1/responses/compact"):
            return await inference.respond(to: request, api: .compaction, on: channel)
        case (.post, "/v1/responses/input_tokens"):
            return await tokenCounts.respond(to: request, api: .responses)
        case (.get, "/v1/responses") where ResponsesEndpoint.wantsWebSocket(request):
            return ResponsesEndpoint.noWebSocket
        case (_, _) where path.hasPrefix("/v1/responses/"):
            return await responses.respond(
                to: request,
                method,
                below: path.dropFirst("/v1/responses/".count)
            )
        case (.post, "/v1/messages/count_tokens"):
            return await tokenCounts.respond(to: request, api: .messages)
        case (.post, "/v1/embeddings"):
            return await inference.respond(to: request, api: .embeddings, on: channel)
        case (.get, "/v1/models"): return models.list(for: Self.family(of: request), request)
        case (.get, _) where path.hasPrefix("/v1/models/"):
            return models.show(path.dropFirst("/v1/models/".count), for: Self.family(of: request))
        case (.get, "/v1beta/models"): return models.list(for: .gemini, request)
        case (.get, _) where path.hasPrefix("/v1beta/models/"):
            return models.show(path.dropFirst("/v1beta/models/".count), for: .gemini)
        case (.post, "/v1/feedback"):
            let patience = inference.watches.watch(channel).patience
            return await feedback.respond(to: request, patience: patience)
        case (.get, "/healthz"): return readiness.alive(request)
        case (.get, "/readyz"): return readiness.ready
        case (.post, "/api/chat"):
            return await inference.respond(to: request, api: .ollamaChat, on: channel)
        case (.post, "/api/generate"):
            return await inference.respond(to: request, api: .ollamaGenerate, on: channel)
        case (.post, "/api/embed"):
            return await inference.respond(to: request, api: .ollamaEmbed, on: channel)
        case (.post, "/api/embeddings"):
            return await inference.respond(to: request, api: .ollamaEmbeddings, on: channel)
        case (.get, "/api/tags"): return models.list(for: .ollama, request)
        case (.post, "/api/show"): return await ollama.show(request)
        case (.get, "/api/ps"): return await ollama.running()
        case (.get, "/api/version"): return ollama.version
        case (.post, "/api/pull"): return await ollama.pull(request)
        case (.get, "/api/hello"): return Self.hello
        case (.get, "/"): return ollama.greeting(to: request)
        case _ where Passage.isServed(path):
            guard
                let passage = Passage(
                    method: method.rawValue,
                    path: path,
                    query: request.uri.query
                )
            else { return Self.notFound(request) }
            return await inference.respond(
                to: request,
                api: passage.api,
                passage: passage,
                endpoint: passage.template,
                on: channel
            )
        case (.post, _):
            guard let path = GeminiPath(path) else { return Self.notFound(request) }
            return await answer(request, to: path, on: channel)
        default: return Self.notFound(request)
        }
    }

    /// `GET` and `HEAD /api/hello`, by which Claude Code opens a connection before it needs one.
    private static var hello: Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"message":"hello"}"#))
        )
    }

    /// The family of a client on a path that several share.
    static func family(of request: Request) -> WireFamily {
        if request.uri.path.hasPrefix("/api/") { return .ollama }
        if request.uri.path.hasPrefix("/v1beta/") || request.headers[.googleAPIKey] != nil {
            return .gemini
        }
        return request.headers[.anthropicVersion] == nil ? .openai : .anthropic
    }

    private static func notFound(_ request: Request) -> Response {
        let path = request.uri.path
        guard ServedPaths.methods(of: path) != nil else {
            return unknownPath(path).response(for: family(of: request))
        }
        let allowed = allowed(at: path)
        var response = ClientError(
            status: 405,
            code: "method_not_allowed",
            message: "use \(allowed) for \(path)",
            requestID: Events.RequestID.fresh().description
        ).response(for: family(of: request))
        response.headers[.allow] = allowed
        return response
    }

    private static func unknownPath(_ path: String) -> ClientError {
        let paths = "the paths are " + ServedPaths.all.joined(separator: ", ")
        let advice =
            UnservedPaths.advice(on: path)
            ?? "there is nothing here; "
            + (ServedPaths.nearest(to: path).map { "did you mean \($0)? " } ?? "") + paths
        return ClientError(
            status: 404,
            code: "unknown_path",
            message: advice,
            requestID: Events.RequestID.fresh().description
        )
    }

    /// An answer without a body that tells the methods of a path.
    private static func allowing(_ path: String, _ status: HTTPResponse.Status) -> Response {
        Response(status: status, headers: [.allow: allowed(at: path)])
    }

    private static func allowed(at path: String) -> String {
        (ServedPaths.methods(of: path) ?? [.get, .post]).map(\.rawValue).joined(separator: ", ")
    }
}
