import Events
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Providers

/// Sends each request to what answers it; the whole list of paths is here.
struct GatewayResponder: Sendable {
    let chat: ChatService
    let models: ModelsEndpoint
    let ollama: OllamaEndpoint
    let tokenCounts: TokenCountEndpoint
    let responses: ResponsesEndpoint
    let feedback: FeedbackEndpoint
    let readiness: Readiness

    func respond(to request: Request, on channel: any Channel) async -> Response {
        if RequestHost(text: request.head.authority).isForeign { return Self.foreignHost(request) }
        if let origin = request.headers[.origin], PageOrigin(text: origin).isForeign {
            return Self.foreignPage(request)
        }
        guard request.method == .head else {
            return await answer(request, to: request.method, on: channel)
        }
        // Whoever asks for a head alone would take a body for the next answer.
        return await answer(request, to: .get, on: channel).createHeadResponse()
    }

    /// The most that is read of a body sent to a path.
    func bodyLimit(at path: String) -> BodyLimit {
        switch path {
        case "/v1/feedback", "/api/show": .small
        default: chat.bodyLimit
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
            return await chat.respond(to: request, api: .chatCompletions, on: channel)
        case (.post, "/v1/messages"):
            return await chat.respond(to: request, api: .messages, on: channel)
        case (.post, "/v1/completions"):
            return await chat.respond(to: request, api: .completions, on: channel)
        case (.post, "/v1/responses"):
            return await chat.respond(to: request, api: .responses, on: channel)
        case (.get, _) where path.hasPrefix("/v1/responses/"):
            return responses.show(path.dropFirst("/v1/responses/".count))
        case (.delete, _) where path.hasPrefix("/v1/responses/"):
            return responses.delete(path.dropFirst("/v1/responses/".count))
        case (.post, "/v1/messages/count_tokens"): return await tokenCounts.respond(to: request)
        case (.post, "/v1/embeddings"):
            return await chat.respond(to: request, api: .embeddings, on: channel)
        case (.get, "/v1/models"): return models.list(for: Self.family(of: request), request)
        case (.get, _) where path.hasPrefix("/v1/models/"):
            return models.show(path.dropFirst("/v1/models/".count), for: Self.family(of: request))
        case (.post, "/v1/feedback"): return await feedback.respond(to: request)
        case (.get, "/healthz"): return readiness.alive
        case (.get, "/readyz"): return readiness.ready
        case (.post, "/api/chat"):
            return await chat.respond(to: request, api: .ollamaChat, on: channel)
        case (.post, "/api/generate"):
            return await chat.respond(to: request, api: .ollamaGenerate, on: channel)
        case (.post, "/api/embed"):
            return await chat.respond(to: request, api: .ollamaEmbed, on: channel)
        case (.post, "/api/embeddings"):
            return await chat.respond(to: request, api: .ollamaEmbeddings, on: channel)
        case (.get, "/api/tags"): return models.list(for: .ollama, request)
        case (.post, "/api/show"): return await ollama.show(request)
        case (.get, "/api/ps"): return await ollama.running()
        case (.get, "/api/version"): return ollama.version
        case (.get, "/"): return ollama.greeting(to: request)
        default: return Self.notFound(request)
        }
    }

    /// The family of a client on a path that several share.
    private static func family(of request: Request) -> WireFamily {
        if request.uri.path.hasPrefix("/api/") { return .ollama }
        return request.headers[.anthropicVersion] == nil ? .openai : .anthropic
    }

    private static func notFound(_ request: Request) -> Response {
        let path = request.uri.path
        guard let allowed = ServedPaths.methods[path] else {
            let guess = ServedPaths.nearest(to: path).map { "did you mean \($0)? " } ?? ""
            return ClientError(
                status: 404,
                code: "unknown_path",
                message: "there is nothing here; \(guess)the paths are "
                    + ServedPaths.all.joined(separator: ", "),
                requestID: Events.RequestID.fresh().description
            ).response(for: family(of: request))
        }
        var response = ClientError(
            status: 405,
            code: "method_not_allowed",
            message: "use \(allowed.rawValue) for \(path)",
            requestID: Events.RequestID.fresh().description
        ).response(for: family(of: request))
        response.headers[.allow] = allowed.rawValue
        return response
    }

    private static func foreignPage(_ request: Request) -> Response {
        ClientError(
            status: 403,
            code: "foreign_origin",
            message: "pages of other machines may not use this gateway; call it from a program",
            requestID: Events.RequestID.fresh().description
        ).response(for: family(of: request))
    }

    private static func foreignHost(_ request: Request) -> Response {
        ClientError(
            status: 403,
            code: "foreign_host",
            message: "the Host header names another machine; ask for 127.0.0.1 or localhost, and "
                + "let a proxy in between send `Host: 127.0.0.1`",
            requestID: Events.RequestID.fresh().description
        ).response(for: family(of: request))
    }
}
