public import Catalog
public import Events
import Platform
public import Providers
public import Settings
public import Upstream

/// A configured provider, ready to be asked: where it is, its key, its pool and its time limits.
public struct ProviderConnection: Sendable {
    /// The connections to a local server that are kept open.
    private static let leastLocalConnections = 2

    /// The bytes of an error's body that are looked at.
    public static let errorBodyLimit = 64 << 10

    /// The provider's name in the configuration.
    public let name: String
    /// Where it is, and how it is spoken to.
    public let endpoint: ProviderEndpoint
    /// Where chat requests go, unless the address names the model, and their headers: the same for
    /// each request, so made once.
    private let chatURL: String?
    private let plainHeaders: [(name: String, value: String)]
    private let streamHeaders: [(name: String, value: String)]
    let pool: UpstreamPool
    /// Another for model lists, which must not wait behind answers.
    let listPool: UpstreamPool
    /// Whether it may leave a request unread while it answers another, as servers of one thread do.
    private let readsOneByOne: Bool
    /// The connections that are kept open though nobody asks: two to a server on this machine or of the
    /// user's own, so that the next two requests need no handshake; none to a hosted one, where a
    /// handshake is part of each burst.
    let keptConnections: Int
    /// Where an LM Studio tells more of its models than the family's list does; `nil` for others.
    let nativeListURL: String?
    /// Under which name an output limit is sent.
    let limitField: BodyOptions.LimitField
    /// Whether the provider's headers count requests by the day.
    public let countsRequestsByDay: Bool
    /// How long its answers may take.
    public let timeouts: Timeouts
    let healthCheck: HealthCheckSettings
    /// Takes every secret of the configuration out of what the provider says, its own shortest included.
    public let keys: Redaction
    /// The models that it takes prompts for; `*` is all.
    private let promptModels: Set<String>
    /// The models that it answers in OpenAI's responses, as it is configured and as it turned out.
    private let responseModels: [String]
    private let foundResponses = FoundResponses()
    /// The fields of OpenAI's own chats that it is taken to have, and those of them that it refused.
    private let chatFields: Set<String>
    private let refusedFields = RefusedFields()
    /// Whether it is OpenAI's own service, whose word on a response is final.
    public let isOpenAI: Bool
    /// Whether it is known to have OpenAI's responses, so that it may hold one that nobody here knows.
    public let mayHoldResponses: Bool
    /// How long an Ollama keeps a model that was asked; `nil` leaves it to the server.
    private let keepAlive: String?
    /// The context that an Ollama loads its models with; `nil` for others.
    private let context: OllamaContext?
    /// A model's window, where the catalogue knows it, or less where the configuration says so.
    private let window: @Sendable (String) -> Int?
    /// The longest answer of a model in tokens, where the catalogue knows it.
    public let longestAnswer: @Sendable (String) -> Int?
    /// How a model is told how much to think, where the catalogue knows it.
    private let thinking: @Sendable (String) -> ThinkingControl?

    /// The connection to an enabled provider at its address.
    ///
    /// - Parameters:
    ///   - settings: the provider, or one lane of it.
    ///   - baseURL: its address.
    ///   - catalog: where what is known of its models comes from.
    ///   - redaction: knows the others' secrets.
    public init(
        _ settings: ProviderSettings,
        baseURL: String,
        catalog: Catalog,
        redaction: Redaction = Redaction()
    ) {
        name = settings.name
        let ownHeaders = settings.headers.map { (name: $0.name, value: $0.value.revealed) }
        let ownNames = Set(ownHeaders.map { $0.name.lowercased() })
        endpoint = ProviderEndpoint(
            family: settings.family,
            baseURL: baseURL,
            apiKey: settings.apiKey?.revealed,
            extraHeaders: settings.type.extraHeaders.filter { !ownNames.contains($0.name) }
                + ownHeaders,
            modelsURL: settings.type.modelsURL(baseURL: baseURL)
        )
        chatURL = endpoint.chatURL
        plainHeaders = endpoint.headers(streamed: false)
        streamHeaders = endpoint.headers(streamed: true)
        var pool: UpstreamPool =
            settings.type.isLocal ? .local(settings.name) : .hosted(settings.name)
        // What is beyond it waits in the pool's queue.
        if let most = settings.concurrency { pool.maximumConnections = most }
        pool.maximumQueued = settings.maxQueued
        self.pool = pool
        readsOneByOne = settings.isOwnHardware
        keptConnections =
            settings.isOwnHardware
            ? min(Self.leastLocalConnections, pool.maximumConnections) : 0
        listPool = UpstreamPool(
            name: "\(settings.name) lists",
            maximumConnections: max(1, keptConnections)
        )
        nativeListURL =
            settings.type == .lmstudio ? endpoint.serverURL + "/api/v0/models" : nil
        // Every model of OpenAI's own takes the new name, its reasoning models only that.
        limitField =
            settings.type == .openai && settings.baseURL == settings.type.defaultBaseURL
            ? .maxCompletionTokens : .maxTokens
        countsRequestsByDay = settings.type.countsRequestsByDay
        timeouts = settings.timeouts
        healthCheck = settings.healthCheck
        keys = redaction.adding(settings.ownSecrets)
        let type = settings.type
        let most = settings.maxContextTokens
        window = { model in
            let known = catalog.model(provider: type, id: model)?.contextWindow
            return [known, most].compactMap(\.self).min()
        }
        longestAnswer = { model in catalog.model(provider: type, id: model)?.maxOutput }
        thinking = { model in catalog.thinking(provider: type, id: model) }
        context = settings.family == .ollama ? OllamaContext() : nil
        keepAlive = settings.keepAlive
        promptModels = Set(settings.promptModels)
        responseModels = settings.responseModels
        chatFields = Set(settings.chatFields)
        isOpenAI = settings.type == .openai && settings.isDefaultService
        mayHoldResponses =
            !settings.responseModels.isEmpty
            && (settings.responses != nil || settings.isDefaultService)
    }

    /// What is added to a request of a client for a model.
    ///
    /// - Parameters:
    ///   - client: the request.
    ///   - model: the model's name at the provider.
    ///   - lane: which of the provider's lanes it is asked in.
    ///   - outputLimit: the tokens reserved for each answer, where a budget set a limit.
    /// - Returns: what to add.
    public func options(
        for client: ClientRequest,
        model: String,
        lane: Int,
        outputLimit: Int?
    ) -> BodyOptions {
        var options = BodyOptions(
            outputLimit: outputLimit,
            limitField: limitField,
            keepAlive: keepAlive,
            thinking: thinking(model),
            mostOutput: longestAnswer(model),
            returnsThinking: Catalog.returnsThinking(model: model)
        )
        options.chatHints = refusedFields.remaining(of: chatFields)
        options.asked = ResponseHolder(provider: name, key: lane)
        options.contextTokens = context?.tokens(
            for: model,
            promptBytes: client.promptTextBytes + client.toolDefinitionBytes,
            hasImages: client.needs.contains(.vision),
            answerLimit: options.limited(client.maxOutputTokens ?? outputLimit),
            window: window(model),
            now: Clocks.monotonicMicroseconds
        )
        return options
    }

    /// What the provider is spoken to in when a model is asked.
    public func dialect(for model: String) -> ProviderDialect {
        ProviderDialect(
            endpoint.family,
            takesPrompts: promptModels.contains("*") || promptModels.contains(model),
            takesResponses: takesResponses(for: model)
        )
    }

    /// The field of OpenAI's own chats that a refusal names, which is left out from now on; `nil` where
    /// it names none.
    public func refusedField(named message: String) -> String? {
        let name = refusedFields.remaining(of: chatFields).first { message.contains($0) }
        if let name { refusedFields.note(name) }
        return name
    }

    /// Takes down whether a model turned out to answer in OpenAI's responses.
    public func noteResponses(_ hasThem: Bool, for model: String) {
        foundResponses.note(hasThem, for: model, now: Clocks.monotonicMicroseconds)
    }

    private func takesResponses(for model: String) -> Bool {
        guard endpoint.family == .openai else { return false }
        return foundResponses.verdict(on: model, now: Clocks.monotonicMicroseconds)
            ?? responseModels.contains { NamePattern.matches($0, model) }
    }

    /// A chat request for a client.
    ///
    /// - Parameters:
    ///   - body: what is sent, in pieces.
    ///   - model: the model's name at the provider.
    ///   - client: the request of the client.
    ///   - dialect: what the provider is spoken to in.
    ///   - firstToken: how long the first content may take.
    ///   - remaining: what is left of the request's whole time.
    /// - Returns: the request, ready to be sent.
    public func chatRequest(
        body: [ArraySlice<UInt8>],
        model: String,
        for client: ClientRequest,
        in dialect: ProviderDialect,
        firstToken: Duration,
        remaining: Duration
    ) -> UpstreamRequest {
        UpstreamRequest(
            method: client.passage?.method ?? "POST",
            url: address(for: client, model: model, in: dialect),
            headers: client.passage.map { endpoint.headers(plainHeaders, for: $0) }
                ?? endpoint.headers(
                    client.streamed ? streamHeaders : plainHeaders,
                    passedOnFor: client
                ),
            body: body,
            timeouts: UpstreamTimeouts(
                connect: timeouts.connect,
                firstToken: firstToken,
                awaitsContent: client.streamed,
                idle: timeouts.idle,
                readsOneByOne: readsOneByOne,
                total: remaining
            ),
            pool: pool
        )
    }

    private func address(
        for client: ClientRequest,
        model: String,
        in dialect: ProviderDialect
    ) -> String {
        if let passage = client.passage { return endpoint.url(for: passage) }
        if client.api.isChat {
            return chatURL ?? endpoint.chatURL(model: model, streamed: client.streamed)
        }
        return endpoint.url(
            for: client.api,
            model: model,
            streamed: client.streamed,
            dialect: dialect
        )
    }

    /// A request that costs nothing, for a page of the model list.
    func modelsRequest(from cursor: String?) -> UpstreamRequest {
        question(to: endpoint.modelsURL(from: cursor))
    }

    /// A request that costs nothing and asks about models, not for an answer of one: GET, or POST
    /// with a body.
    func question(
        to url: String,
        method: String? = nil,
        body: [UInt8]? = nil,
        for client: ClientRequest? = nil
    ) -> UpstreamRequest {
        let headers = endpoint.headers(streamed: false)
        return UpstreamRequest(
            method: method ?? (body == nil ? "GET" : "POST"),
            url: url,
            headers: client.map { endpoint.headers(headers, passedOnFor: $0) } ?? headers,
            body: body ?? [],
            timeouts: UpstreamTimeouts(
                connect: healthCheck.timeout,
                firstToken: healthCheck.timeout,
                idle: healthCheck.timeout,
                total: healthCheck.timeout
            ),
            pool: listPool
        )
    }
}

extension ProviderConnection: CustomStringConvertible, CustomReflectable {
    /// The name alone: headers hold the key, and errors of libraries print what they find.
    public var description: String { "provider \(name)" }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
