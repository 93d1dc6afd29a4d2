import Events
import Ledger
import ProviderClients
import Providers
import RouterState

/// What requests of OpenAI's responses go on from: the conversations of earlier ones, where they are
/// kept here, and who holds the rest.
struct PreviousResponses {
    private let responses: ResponseStore
    private let ledger: Ledger
    private let providers: ProviderDirectory

    init(_ responses: ResponseStore, _ ledger: Ledger, _ providers: ProviderDirectory) {
        self.responses = responses
        self.ledger = ledger
        self.providers = providers
    }

    /// A request with what it goes on from: the conversation of an earlier response and items that it
    /// only names, where they are kept here, and who holds the rest.
    ///
    /// - Parameters:
    ///   - client: the request as it came.
    ///   - limit: how many bytes its body may have with all that.
    /// - Returns: the request, expanded.
    /// - Throws: `RequestError` when an earlier response is kept nowhere.
    func expand(
        _ client: ClientRequest,
        upTo limit: Int
    ) throws(RequestError) -> ClientRequest {
        guard client.api.isResponses, !client.links.isEmpty else { return client }
        let links = client.links
        let kept = links.previousID.flatMap { responses[$0] }
        var expanded = client
        if kept != nil || !links.references.isEmpty {
            expanded = try client.expanded(
                by: kept.map { $0.input + $0.output } ?? [],
                upTo: limit
            ) { id in
                responses.item(id)
            }
        }
        let previous = links.previousID.map { HeldText.fingerprint(Array($0.utf8)) }
        (expanded.links.previous, expanded.links.holders) = ledger.read { state, _ in
            let holders = expanded.links.encrypted.compactMap { print in
                state.holders[print].map { (print, $0) }
            }
            return (
                previous.flatMap { state.holders[$0] },
                Dictionary(holders) { first, _ in first }
            )
        }
        guard let id = links.previousID, kept == nil, expanded.links.previous == nil,
            !providers.mayHoldResponses
        else { return expanded }
        throw Self.missing(id)
    }

    /// Who holds what a request goes on from: an earlier response, items that it names, the newest
    /// encrypted text in it; `nil` for nobody.
    func holder(of client: ClientRequest) -> ResponseHolder? {
        guard client.api.isResponses else { return nil }
        let links = client.links
        let isKeptHere = client.isExpanded
        if links.previousID != nil, !isKeptHere {
            // Nobody here knows it: if somebody does, it is one who has such responses.
            return ResponseHolder(
                provider: links.previous?.provider ?? "",
                key: links.previous?.key ?? 0,
                isOnly: true
            )
        }
        if let previous = links.previous { return previous }
        return links.encrypted.reversed().lazy.compactMap { links.holders[$0] }.first
    }

    /// The error for a response that is kept nowhere.
    private static func missing(_ id: String) -> RequestError {
        RequestError(
            "there is no response '\(id)': Logway keeps the newest ones, in memory, until it "
                + "stops; send the whole conversation as input",
            field: "previous_response_id",
            code: "previous_response_not_found"
        )
    }
}
