import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Platform
import Providers

/// Sends each request to what answers it, by the list of paths in `Route`.
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
        ServedPaths.meant(by: path).flatMap { Route.at($0)?.limit } ?? inference.reader.bodyLimit
    }

    private func answer(
        _ request: Request,
        to method: HTTPRequest.Method,
        on channel: any Channel
    ) async -> Response {
        let path = request.uri.path
        if method == .get, path == "/v1/responses", ResponsesEndpoint.wantsWebSocket(request) {
            return ResponsesEndpoint.noWebSocket
        }
        guard let route = Route.at(path, by: method) else { return Self.notFound(request) }
        return await route.answer(
            Route.Visit(
                gateway: self,
                request: request,
                method: method,
                channel: channel,
                rest: route.rest(of: path),
                limit: route.limit ?? inference.reader.bodyLimit
            )
        )
    }

    /// Answers what goes on as it came.
    func pass(_ visit: Route.Visit) async -> Response {
        let (request, path) = (visit.request, visit.request.uri.path)
        guard
            let passage = Passage(
                method: visit.method.rawValue,
                path: path,
                query: request.uri.query
            )
        else { return Self.notFound(request) }
        return await inference.respond(
            to: request,
            api: passage.api,
            passage: passage,
            endpoint: passage.template,
            on: visit.channel
        )
    }

    /// `GET` and `HEAD /api/hello`, by which Claude Code opens a connection before it needs one.
    static var hello: Response {
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

    static func notFound(_ request: Request) -> Response {
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
