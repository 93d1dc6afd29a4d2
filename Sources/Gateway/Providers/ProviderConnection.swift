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
        pool = settings.type.isLocal ? .local(settings.name) : .hosted(settings.name)
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
            url: chatURL,
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
    func modelsRequest() -> UpstreamRequest {
        UpstreamRequest(
            method: "GET",
            url: endpoint.modelsURL,
            headers: endpoint.headers(streamed: false),
            timeouts: UpstreamTimeouts(
                connect: healthCheck.timeout,
                firstToken: healthCheck.timeout,
                idle: healthCheck.timeout,
                total: healthCheck.timeout
            ),
            pool: pool
        )
    }
}

extension ProviderConnection: CustomStringConvertible, CustomReflectable {
    /// The name alone: headers hold the key, and errors of libraries print what they find.
    var description: String { "provider \(name)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
