import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import Providers

extension GatewayResponder {
    /// The bytes of an unknown method's name that a message quotes: twice those of the longest known one.
    private static let quoted = 64

    /// Answers what was posted to Gemini's API, whose path names the model and what is asked of it.
    func answer(
        _ request: Request,
        to path: GeminiPath,
        on channel: any Channel
    ) async -> Response {
        var address = ModelAddress(model: path.model)
        let api: ClientAPI
        switch path.method {
        case .generateContent: api = .generateContent
        case .streamGenerateContent:
            api = .generateContent
            address.stream = request.uri.queryParameters["alt"] == "sse" ? .events : .array
        case .embedContent: api = .embedContent
        case .batchEmbedContents: api = .batchEmbedContents
        case .countTokens:
            return await tokenCounts.respond(to: request, api: .generateContent, address: address)
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
            on: channel
        )
    }
}
