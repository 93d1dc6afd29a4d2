public import Platform
public import Providers
import Settings
public import Upstream

/// Asks providers about their models on behalf of clients: nothing is generated, and nothing costs.
///
/// Like the listing of models these are no requests: no decision is made, so none is recorded.
public struct ProviderQuestions: Sendable {
    /// The bytes of an answer: a model's license and template are in it.
    static let answerLimit = 4 << 20

    /// What a provider said.
    public struct Told: Sendable {
        /// The status of HTTP.
        public var status: Int
        /// The whole body.
        public var body: [UInt8]
        /// What the body takes of the memory that all answers share: to be kept as long as the body,
        /// or what is made of it.
        public var room: HeldRoom?
    }

    let upstream: UpstreamClient
    /// The memory that all answers share.
    let answers: MemoryRoom
    /// Where it is noted that there was no room.
    let shortages: Shortages

    /// Questions that go over a client.
    ///
    /// - Parameters:
    ///   - upstream: the client.
    ///   - answers: the memory that all answers share.
    ///   - shortages: where it is noted that there was no room.
    public init(upstream: UpstreamClient, answers: MemoryRoom, shortages: Shortages) {
        self.upstream = upstream
        self.answers = answers
        self.shortages = shortages
    }

    /// A provider's answer to GET, or to POST with a body, or to `method`.
    ///
    /// - Parameters:
    ///   - provider: who is asked.
    ///   - path: what for, with its query.
    ///   - method: the method, where it is another one.
    ///   - body: what is posted.
    ///   - client: the request on whose behalf it is asked, for the headers that are passed on.
    /// - Returns: what the provider said, whatever the status.
    /// - Throws: `UpstreamError` when there is no whole answer in the time of a health check, and
    ///   `ProviderFailure` when there is no room for it.
    public func ask(
        _ provider: ProviderConnection,
        _ path: String,
        method: String? = nil,
        body: [UInt8]? = nil,
        for client: ClientRequest? = nil
    ) async throws -> Told {
        let start = ContinuousClock.now
        let exchange = upstream.start(
            provider.question(
                to: provider.endpoint.url(path: path),
                method: method,
                body: body,
                for: client
            )
        )
        let head = try await exchange.head()
        // What waited longer would find the exchange over, which the provider would be blamed for.
        let left = provider.healthCheck.timeout - (ContinuousClock.now - start)
        var room = AnswerRoom(
            in: answers,
            shortages,
            patience: min(AnswerRoom.patience, max(.zero, left))
        )
        let body = try await room.collect(
            exchange,
            announced: head.headers["content-length"].flatMap { Int($0) },
            limit: Self.answerLimit
        )
        return Told(status: head.status, body: body, room: room.held)
    }
}
