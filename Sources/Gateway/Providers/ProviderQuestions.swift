import Providers
import Upstream

/// Asks providers about their models on behalf of clients: nothing is generated, and nothing costs.
///
/// Like the listing of models these are no requests: no decision is made, so none is recorded.
struct ProviderQuestions: Sendable {
    /// The bytes of an answer: a model's license and template are in it.
    static let answerLimit = 4 << 20

    let upstream: UpstreamClient

    /// The status and the body of a provider's answer to GET, or to POST with a body, or to `method`.
    ///
    /// - Throws: `UpstreamError` when there is no whole answer in the time of a health check.
    func ask(
        _ provider: ProviderConnection,
        _ path: String,
        method: String? = nil,
        body: [UInt8]? = nil,
        for client: ClientRequest? = nil
    ) async throws(UpstreamError) -> (status: Int, body: [UInt8]) {
        let exchange = upstream.start(
            provider.question(
                to: provider.endpoint.url(path: path),
                method: method,
                body: body,
                for: client
            )
        )
        let head = try await exchange.head()
        return (head.status, try await exchange.collect(limit: Self.answerLimit))
    }
}
