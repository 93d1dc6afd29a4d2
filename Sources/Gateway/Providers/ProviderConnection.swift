import Catalog
import Events
import Providers
import Settings
import Upstream

/// A configured provider, ready to be asked: where it is, its key, its pool and its time limits.
struct ProviderConnection: Sendable {
    let name: String
    let endpoint: ProviderEndpoint
    /// Where chat requests go, and their headers: the same for each request, so made once.
    private let chatURL: String
    private let plainHeaders: [(name: String, value: String)]
    private let streamHeaders: [(name: String, value: String)]
    let pool: UpstreamPool
    /// Another for model lists, which must not wait behind answers.
    private let listPool: UpstreamPool
    /// Under which name an output limit is sent.
    let limitField: Providers.UpstreamOptions.LimitField
    /// Whether the provider's headers count requests by the day.
    let countsRequestsByDay: Bool
    let timeouts: Timeouts
    let healthCheck: HealthCheckSettings
    /// Takes the key out of what the provider says.
    let keys: KeyMask
    /// The context that an Ollama model is loaded with, where the catalogue knows the model's.
    let contextTokens: @Sendable (String) -> Int?

    /// The connection to an enabled provider at its address; `nil` for a family that is not spoken
    /// yet, which the configuration refuses to enable.
    init?(_ settings: ProviderSettings, baseURL: String, catalog: Catalog) {
        guard let family = settings.type.family else { return nil }
        name = settings.name
        endpoint = ProviderEndpoint(
            family: family,
            baseURL: baseURL,
            apiKey: settings.apiKey?.revealed
        )
        chatURL = endpoint.chatURL
        plainHeaders = endpoint.headers(streamed: false)
        streamHeaders = endpoint.headers(streamed: true)
        var pool: UpstreamPool =
            settings.type.isLocal ? .local(settings.name) : .hosted(settings.name)
        // What is beyond it waits in the pool's queue.
        if let most = settings.concurrency { pool.maximumConnections = most }
        self.pool = pool
        listPool = UpstreamPool(name: "\(settings.name) lists", maximumConnections: 1)
        // Every model of OpenAI's own takes the new name, its reasoning models only that.
        limitField =
            settings.type == .openai && settings.baseURL == settings.type.defaultBaseURL
            ? .maxCompletionTokens : .maxTokens
        countsRequestsByDay = settings.type.countsRequestsByDay
        timeouts = settings.timeouts
        healthCheck = settings.healthCheck
        keys = KeyMask(key: settings.apiKey?.revealed)
        let type = settings.type
        contextTokens = { model in catalog.model(provider: type, id: model)?.contextWindow }
    }

    /// A chat request for a client with what is left of the request's whole time.
    func chatRequest(
        body: [UInt8],
        for client: ClientRequest,
        remaining: Duration
    ) -> UpstreamRequest {
        UpstreamRequest(
            method: "POST",
            url: client.api.isChat ? chatURL : endpoint.url(for: client.api),
            headers: endpoint.headers(
                client.streamed ? streamHeaders : plainHeaders,
                passedOnFor: client
            ),
            body: body,
            timeouts: UpstreamTimeouts(
                connect: timeouts.connect,
                firstToken: timeouts.firstToken,
                idle: timeouts.idle,
                total: remaining
            ),
            pool: pool
        )
    }

    /// A request that costs nothing, for the model list.
    func modelsRequest() -> UpstreamRequest { question(to: endpoint.modelsURL) }

    /// A request that costs nothing and asks about models, not for an answer of one: GET, or POST
    /// with a body.
    func question(
        to url: String,
        body: [UInt8]? = nil,
        for client: ClientRequest? = nil
    ) -> UpstreamRequest {
        let headers = endpoint.headers(streamed: false)
        return UpstreamRequest(
            method: body == nil ? "GET" : "POST",
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
    var description: String { "provider \(name)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
