import Events
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Providers

/// What a request brings with it besides itself: the connection it came on.
struct GatewayContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}

/// Sends each request to what answers it; the whole list of paths is here.
struct GatewayResponder: HTTPResponder {
    let chat: ChatService
    let models: ModelsEndpoint
    let feedback: FeedbackEndpoint
    let readiness: Readiness

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        guard request.method == .head else {
            return await respond(to: request, method: request.method, on: context.channel)
        }
        // RFC 9110 §9.3.2: what GET would say, without the body.
        return await respond(to: request, method: .get, on: context.channel).createHeadResponse()
    }

    private func respond(
        to request: Request,
        method: HTTPRequest.Method,
        on channel: any Channel
    ) async -> Response {
        let path = request.uri.path
        switch (method, path) {
        case (.post, "/v1/chat/completions"):
            return await chat.respond(to: request, family: .openai, on: channel)
        case (.post, "/v1/messages"):
            return await chat.respond(to: request, family: .anthropic, on: channel)
        case (.get, "/v1/models"): return models.list(for: Self.family(of: request))
        case (.get, _) where path.hasPrefix("/v1/models/"):
            return models.show(path.dropFirst("/v1/models/".count), for: Self.family(of: request))
        case (.post, "/v1/feedback"): return await feedback.respond(to: request)
        case (.get, "/healthz"): return readiness.alive
        case (.get, "/readyz"): return readiness.ready
        default: return Self.notFound(request)
        }
    }

    /// The family of a client on a path that several share.
    private static func family(of request: Request) -> WireFamily {
        request.headers[.anthropicVersion] == nil ? .openai : .anthropic
    }

    private static func notFound(_ request: Request) -> Response {
        let paths: [String: HTTPRequest.Method] = [
            "/v1/chat/completions": .post, "/v1/messages": .post, "/v1/models": .get,
            "/v1/feedback": .post, "/healthz": .get, "/readyz": .get,
        ]
        let id = Events.RequestID.fresh()
        let allowed = paths[request.uri.path]
        let error = ClientError(
            status: allowed == nil ? 404 : 405,
            code: allowed == nil ? "unknown_path" : "method_not_allowed",
            message: allowed.map { "use \($0.rawValue) for \(request.uri.path)" }
                ?? "there is nothing here; the paths are "
                + paths.keys.sorted().joined(separator: ", "),
            requestID: id.description
        )
        var response = error.response(for: family(of: request))
        if let allowed { response.headers[.allow] = allowed.rawValue }
        return response
    }
}
