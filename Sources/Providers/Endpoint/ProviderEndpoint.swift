public import Events

/// Where a provider is and how to speak to it.
public struct ProviderEndpoint: Sendable {
    /// The family of its API.
    public let family: WireFamily
    /// The base URL as configured; it may or may not end in the version.
    public let baseURL: String
    /// Headers beyond the family's, the operator's own among them; they win over Logway's of the same name.
    public let extraHeaders: [(name: String, value: String)]
    /// Where the models are listed, if not where the family lists them.
    private let listURL: String?
    private let apiKey: String?
    /// The base URL up to and with the version.
    private let root: String

    /// An endpoint; white space around the key is cut off.
    ///
    /// - Precondition: key and headers hold no control characters (configuration refuses them).
    public init(
        family: WireFamily,
        baseURL: String,
        apiKey: String? = nil,
        extraHeaders: [(name: String, value: String)] = [],
        modelsURL: String? = nil
    ) {
        self.family = family
        listURL = modelsURL
        self.baseURL = baseURL
        self.extraHeaders = extraHeaders
        root = Self.root(of: baseURL, family)
        let key = apiKey.map { $0.trimmed }
        self.apiKey = key == "" ? nil : key
        let texts = extraHeaders.flatMap { [$0.name, $0.value] } + [self.apiKey ?? ""]
        precondition(
            texts.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } },
            "a header of provider \(baseURL) holds a control character"
        )
    }

    /// Where chat requests are posted; `nil` where the address names the model, as Gemini's do.
    public var chatURL: String? {
        switch family {
        case .openai: root + "/chat/completions"
        case .anthropic: root + "/messages"
        case .ollama: root + "/api/chat"
        case .gemini: nil
        }
    }

    /// Where chat requests for a model are posted.
    public func chatURL(model: String, streamed: Bool) -> String {
        if let chatURL { return chatURL }
        return root + "/" + GeminiModelName.path(of: model)
            + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent")
    }

    /// Where requests of a client's API are posted: to the same API where the provider has it, else
    /// to its chat; `dialect` is what it speaks for the model.
    public func url(
        for api: ClientAPI,
        model: String,
        streamed: Bool,
        dialect: ProviderDialect
    ) -> String {
        switch (api, family) {
        case (.completions, .openai) where api.passes(to: dialect): root + "/completions"
        case (.responses, .openai) where api.passes(to: dialect): root + "/responses"
        case (.compaction, .openai) where api.passes(to: dialect): root + "/responses/compact"
        case (.ollamaGenerate, .ollama): root + "/api/generate"
        case (.ollamaEmbeddings, .ollama): root + "/api/embeddings"
        case (_, .ollama) where api.operation == .embeddings: root + "/api/embed"
        case (_, .openai) where api.operation == .embeddings: root + "/embeddings"
        case (.embedContent, .gemini):
            root + "/" + GeminiModelName.path(of: model) + ":embedContent"
        case (_, .gemini) where api.operation == .embeddings:
            root + "/" + GeminiModelName.path(of: model) + ":batchEmbedContents"
        default: chatURL(model: model, streamed: streamed)
        }
    }

    /// The address of a path of the provider's API: `/api/show`, `/messages/count_tokens`.
    public func url(path: String) -> String { root + path }

    /// Where the models are listed, by GET.
    ///
    /// - Parameter cursor: what the page before named as the next one; `nil` for the first.
    /// - Returns: the address of the page.
    public func modelsURL(from cursor: String? = nil) -> String {
        if let listURL { return listURL }
        return switch family {
        case .openai: root + "/models"
        case .ollama: root + "/api/tags"
        // Both list a page of 20 to 50 unless asked for more; 1,000 is the most.
        case .anthropic: root + "/models?limit=1000" + Self.query("after_id", cursor)
        case .gemini: root + "/models?pageSize=1000" + Self.query("pageToken", cursor)
        }
    }

    /// The address of the server itself, without the version of an API: of Ollama and LM Studio, whose
    /// own APIs are beside the one that is spoken.
    public var serverURL: String {
        var base = Substring(baseURL)
        while base.last == "/" { base.removeLast() }
        for suffix in ["/v1", "/api"] where base.hasSuffix(suffix) {
            return String(base.dropLast(suffix.count))
        }
        return String(base)
    }

    private static func query(_ name: String, _ value: String?) -> String {
        value.map { "&\(name)=" + $0.percentEncoded } ?? ""
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
            case .gemini: headers.append((name: "x-goog-api-key", value: apiKey))
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

    /// A base URL up to and with the version.
    ///
    /// OpenAI's own SDK takes the base as the whole prefix, so only a base without any path gets
    /// `/v1`; Anthropic's adds `/v1` itself, so one that is there already is not doubled; Ollama's
    /// API is not under the `/v1` that its OpenAI-compatible one has; Gemini's own SDKs take the host
    /// alone.
    private static func root(of baseURL: String, _ family: WireFamily) -> String {
        var base = Substring(baseURL)
        while base.last == "/" { base.removeLast() }
        let scheme = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        let path = base[scheme...].drop { $0 != "/" }
        switch family {
        case .openai: return path.isEmpty ? base + "/v1" : String(base)
        case .gemini: return path.isEmpty ? base + "/v1beta" : String(base)
        case .anthropic: return path.hasSuffix("/v1") ? String(base) : base + "/v1"
        case .ollama:
            for suffix in ["/v1", "/api"] where path.hasSuffix(suffix) {
                return String(base.dropLast(suffix.count))
            }
            return String(base)
        }
    }
}
