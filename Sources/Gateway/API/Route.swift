import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import NIOCore
import Providers

/// A path that is served: its methods, the most that is read of a body that is sent there, and what answers.
///
/// `Route.all` is the one list of paths. `ServedPaths` has what follows from it.
struct Route: Sendable {
    /// A request that came to a route.
    struct Visit: Sendable {
        let gateway: GatewayResponder
        let request: Request
        /// The method that it is answered by: GET for a HEAD.
        let method: HTTPRequest.Method
        /// The connection that it came over.
        let channel: any Channel
        /// What stands in the place of `{id}`.
        let rest: Substring
        /// The most that is read of its body.
        let limit: BodyLimit

        /// The client's family, on a path that several share.
        var family: WireFamily { GatewayResponder.family(of: request) }
    }

    typealias Answer = @Sendable (Visit) async -> Response

    /// How a path ends below which everything is served.
    private static let placeholder = "{id}"

    /// Those that it is told to have.
    let methods: [HTTPRequest.Method]
    /// The path; with `{id}` at its end it stands for every one that has something there.
    let path: String
    /// The API whose requests it takes; `nil` for what is no request for an answer of a model.
    let api: ClientAPI?
    /// The most that is read of a body; `nil` for what the configuration says.
    let limit: BodyLimit?
    /// Whether it answers what comes by another method itself.
    let takesAnyMethod: Bool
    let answer: Answer

    init(
        _ methods: [HTTPRequest.Method],
        _ path: String,
        api: ClientAPI? = nil,
        limit: BodyLimit? = nil,
        takesAnyMethod: Bool = false,
        answer: @escaping Answer
    ) {
        self.methods = methods
        self.path = path
        self.api = api
        self.limit = limit
        self.takesAnyMethod = takesAnyMethod
        self.answer = answer
    }

    /// Whether it stands for all paths that begin as it does.
    var isCollection: Bool { path.hasSuffix(Self.placeholder) }

    /// A path without its placeholder.
    private var prefix: Substring { path.dropLast(isCollection ? Self.placeholder.count : 0) }

    private func takes(_ method: HTTPRequest.Method) -> Bool {
        takesAnyMethod || methods.contains(method)
    }

    /// What of a path stands in the place of `{id}`.
    func rest(of path: String) -> Substring {
        isCollection ? path.dropFirst(prefix.count) : ""
    }
}

extension Route {
    private static let exact = Dictionary(
        uniqueKeysWithValues: all.lazy.filter { !$0.isCollection }.map { ($0.path, $0) }
    )
    private static let collections = all.filter(\.isCollection)

    /// The route that tells what a path is; `nil` where it isn't served.
    static func at(_ path: String) -> Route? {
        exact[path] ?? (GeminiPath(path) != nil ? ofGemini[0] : nil) ?? collection(of: path)
    }

    /// The route that answers at a path by a method; `nil` where none does.
    ///
    /// A path of its own may be one of a collection as well, by other methods.
    static func at(_ path: String, by method: HTTPRequest.Method) -> Route? {
        if let route = exact[path], route.takes(method) { return route }
        if method == .post, GeminiPath(path) != nil { return ofGemini[0] }
        return collection(of: path).flatMap { $0.takes(method) ? $0 : nil }
    }

    private static func collection(of path: String) -> Route? {
        collections.first { path.hasPrefix($0.prefix) && path.count > $0.prefix.count }
    }
}

extension Route {
    /// Every path that is served.
    static let all: [Route] = Array(
        [ofModels, aboutModels, ofResponses, passing, ofGemini, others].joined()
    )

    /// A path to which requests of an API are posted.
    private static func posting(_ api: ClientAPI, to path: String) -> Route {
        Route([.post], path, api: api) {
            await $0.gateway.inference.respond(to: $0.request, api: api, on: $0.channel)
        }
    }

    /// What models are asked for.
    private static let ofModels: [Route] = [
        posting(.chatCompletions, to: "/v1/chat/completions"),
        posting(.messages, to: "/v1/messages"),
        posting(.completions, to: "/v1/completions"),
        posting(.responses, to: "/v1/responses"),
        posting(.compaction, to: "/v1/responses/compact"),
        posting(.embeddings, to: "/v1/embeddings"),
        posting(.ollamaChat, to: "/api/chat"),
        posting(.ollamaGenerate, to: "/api/generate"),
        posting(.ollamaEmbed, to: "/api/embed"),
        posting(.ollamaEmbeddings, to: "/api/embeddings"),
    ]

    /// What is asked about models, which is no request (docs/decisions/0040).
    private static let aboutModels: [Route] = [
        Route([.post], "/v1/messages/count_tokens") {
            await $0.gateway.tokenCounts.respond(to: $0.request, api: .messages)
        },
        Route([.post], "/v1/responses/input_tokens") {
            await $0.gateway.tokenCounts.respond(to: $0.request, api: .responses)
        },
        Route([.get], "/v1/models") { $0.gateway.models.list(for: $0.family, $0.request) },
        Route([.get], "/v1/models/{id}") { $0.gateway.models.show($0.rest, for: $0.family) },
        Route([.get], "/v1beta/models") { $0.gateway.models.list(for: .gemini, $0.request) },
        Route([.get], "/v1beta/models/{id}") { $0.gateway.models.show($0.rest, for: .gemini) },
        Route([.get], "/api/tags") { $0.gateway.models.list(for: .ollama, $0.request) },
        Route([.post], "/api/show", limit: .small) {
            await $0.gateway.ollama.show($0.request, upTo: $0.limit)
        },
        Route([.get], "/api/ps") { await $0.gateway.ollama.running() },
        Route([.post], "/api/pull", limit: .small) {
            await $0.gateway.ollama.pull($0.request, upTo: $0.limit)
        },
    ]

    /// Responses that are kept; of another method it is said that there is no such response.
    private static let ofResponses: [Route] = [
        Route([.get, .delete, .post], "/v1/responses/{id}", takesAnyMethod: true) {
            await $0.gateway.responses.respond(to: $0.request, $0.method, below: $0.rest)
        }
    ]

    /// What goes on as it came.
    private static let passing: [Route] = Passage.served.map { served in
        Route(
            served.methods.compactMap { HTTPRequest.Method(rawValue: $0) },
            "/v1" + served.path,
            api: served.api
        ) { await $0.gateway.pass($0) }
    }

    /// Gemini's, whose paths name the model.
    private static let ofGemini: [Route] = GeminiPath.Method.allCases.map { method in
        Route([.post], GeminiPath.path(of: method), api: method.api) {
            await $0.gateway.answerGemini($0)
        }
    }

    /// What Logway says of itself, and what it is told.
    private static let others: [Route] = [
        Route([.post], "/v1/feedback", limit: .small) {
            let patience = $0.gateway.inference.watches.watch($0.channel).patience
            return await $0.gateway.feedback.respond(
                to: $0.request,
                upTo: $0.limit,
                patience: patience
            )
        },
        Route([.get], "/healthz") { $0.gateway.readiness.alive($0.request) },
        Route([.get], "/readyz") { $0.gateway.readiness.ready },
        Route([.get], "/api/version") { $0.gateway.ollama.version },
        Route([.get], "/api/hello") { _ in GatewayResponder.hello },
        Route([.get], "/") { $0.gateway.ollama.greeting(to: $0.request) },
    ]
}
