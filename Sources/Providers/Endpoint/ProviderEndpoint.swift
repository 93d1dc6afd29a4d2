public import Events

/// Where a provider is and how to speak to it.
public struct ProviderEndpoint: Sendable {
    /// The family of its API.
    public let family: WireFamily
    /// The base URL as configured; it may or may not end in the version.
    public let baseURL: String
    /// Headers of the operator's own; they win over Logway's of the same name.
    public let extraHeaders: [(name: String, value: String)]
    private let apiKey: String?

    /// An endpoint; white space around the key is cut off.
    ///
    /// - Precondition: key and headers hold no control characters (configuration refuses them).
    public init(
        family: WireFamily,
        baseURL: String,
        apiKey: String? = nil,
        extraHeaders: [(name: String, value: String)] = []
    ) {
        self.family = family
        self.baseURL = baseURL
        self.extraHeaders = extraHeaders
        let key = apiKey.map { $0.trimmed }
        self.apiKey = key == "" ? nil : key
        let texts = extraHeaders.flatMap { [$0.name, $0.value] } + [self.apiKey ?? ""]
        precondition(
            texts.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } },
            "a header of provider \(baseURL) holds a control character"
        )
    }

    /// Where chat requests are posted.
    public var chatURL: String {
        switch family {
        case .openai: root + "/chat/completions"
        case .anthropic: root + "/messages"
        case .ollama: root + "/api/chat"
        }
    }

    /// Where requests of a client's API are posted: to the same API where the provider has it, else
    /// to its chat.
    public func url(for api: ClientAPI) -> String {
        switch (api, family) {
        case (.ollamaGenerate, .ollama): root + "/api/generate"
        case (.ollamaEmbeddings, .ollama): root + "/api/embeddings"
        case (_, .ollama) where api.operation == .embeddings: root + "/api/embed"
        case (_, .openai) where api.operation == .embeddings: root + "/embeddings"
        default: chatURL
        }
    }

    /// The address of a path of the provider's API: `/api/show`, `/messages/count_tokens`.
    public func url(path: String) -> String { root + path }

    /// Where the models are listed, by GET.
    public var modelsURL: String {
        family == .ollama ? root + "/api/tags" : root + "/models"
    }

    /// The headers of a request that posts JSON.
    public func headers(streamed: Bool) -> [(name: String, value: String)] {
        let accepted =
            switch (streamed, family) {
            case (false, _): "application/json"
            case (true, .ollama): "application/x-ndjson"
            case (true, _): "text/event-stream"
            }
        var headers = [(name: "content-type", value: "application/json")]
        headers.append((name: "accept", value: accepted))
        if let apiKey {
            switch family {
            case .anthropic: headers.append((name: "x-api-key", value: apiKey))
            case .openai, .ollama:
                headers.append((name: "authorization", value: "Bearer " + apiKey))
            }
        }
        if family == .anthropic {
            headers.append((name: "anthropic-version", value: "2023-06-01"))
        }
        let overridden = Set(extraHeaders.map { $0.name.lowercased() })
        return headers.filter { !overridden.contains($0.name) } + extraHeaders
    }

    /// `headers`, which `headers(streamed:)` gave, with those that the client wants passed on to its
    /// own family: its version of the API wins over Logway's, the operator's headers over both.
    public func headers(
        _ headers: [(name: String, value: String)],
        passedOnFor client: ClientRequest
    ) -> [(name: String, value: String)] {
        guard client.family == family, !client.passedHeaders.isEmpty else { return headers }
        let decided = Set(extraHeaders.map { $0.name.lowercased() })
        let passed = client.passedHeaders.filter { !decided.contains($0.name) }
        return headers.filter { own in !passed.contains { $0.name == own.name } } + passed
    }

    /// The base URL up to and with the version.
    ///
    /// OpenAI's own SDK takes the base as the whole prefix, so only a base without any path gets
    /// `/v1`; Anthropic's adds `/v1` itself, so one that is there already is not doubled; Ollama's
    /// API is not under the `/v1` that its OpenAI-compatible one has.
    private var root: String {
        var base = Substring(baseURL)
        while base.last == "/" { base.removeLast() }
        let scheme = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        let path = base[scheme...].drop { $0 != "/" }
        switch family {
        case .openai: return path.isEmpty ? base + "/v1" : String(base)
        case .anthropic: return path.hasSuffix("/v1") ? String(base) : base + "/v1"
        case .ollama:
            for suffix in ["/v1", "/api"] where path.hasSuffix(suffix) {
                return String(base.dropLast(suffix.count))
            }
            return String(base)
        }
    }
}
