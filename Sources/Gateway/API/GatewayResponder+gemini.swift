import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Platform
import Providers

extension GatewayResponder {
    /// The bytes of an unknown method's name that a message quotes: twice those of the longest known one.
    private static let quoted = 64

    /// Answers what was posted to Gemini's API, whose path names the model and what is asked of it.
    func answerGemini(_ visit: Route.Visit) async -> Response {
        let request = visit.request
        guard let path = GeminiPath(request.uri.path) else { return Self.notFound(request) }
        var address = ModelAddress(model: path.model)
        let api: ClientAPI
        switch path.method {
        case .countTokens?:
            return await tokenCounts.respond(to: request, api: .generateContent, address: address)
        case let method?:
            api = method.api
            if method == .streamGenerateContent {
                address.stream = request.uri.queryParameters["alt"] == "sse" ? .events : .array
            }
        case nil:
            let methods = GeminiPath.Method.allCases.map { ":" + $0.rawValue }
            return ClientError(
                status: 404,
                code: "unknown_method",
                message:
                    "there is no method ':\(path.methodName.limited(toBytes: Self.quoted))' here; there is "
                    + methods.joined(separator: ", "),
                requestID: Events.RequestID.fresh().description
            ).response(for: .gemini)
        }
        return await inference.respond(
            to: request,
            api: api,
            address: address,
            endpoint: path.template,
            on: visit.channel
        )
    }
}
