import ClientHTTP
import Events
import JSONBytes
import Ledger
import Logging
import ProviderClients
import Providers
import RouterState

extension ChatService {
    /// A request with what it goes on from: the conversation of an earlier response and items that it
    /// only names, as far as they are kept here, and who holds the rest.
    ///
    /// - Throws: `RequestError` when an earlier response is kept nowhere.
    func linked(_ client: ClientRequest) throws(RequestError) -> ClientRequest {
        guard client.api.isResponses, !client.links.isEmpty else { return client }
        let links = client.links
        let kept = links.previousID.flatMap { responses[$0] }
        var linked = client
        if kept != nil || !links.references.isEmpty {
            linked = try client.expanded(
                by: kept.map { $0.input + $0.output } ?? [],
                upTo: bodyLimit.bytes
            ) { id in
                responses.item(id)
            }
        }
        let previous = links.previousID.map { HeldText.fingerprint(Array($0.utf8)) }
        (linked.links.previous, linked.links.holders) = ledger.read { state, _ in
            let holders = linked.links.encrypted.compactMap { print in
                state.holders[print].map { (print, $0) }
            }
            return (
                previous.flatMap { state.holders[$0] },
                Dictionary(holders) { first, _ in first }
            )
        }
        guard let id = links.previousID, kept == nil, linked.links.previous == nil,
            !providers.mayHoldResponses
        else { return linked }
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
    static func missing(_ id: String) -> RequestError {
        RequestError(
            "there is no response '\(id)': Logway keeps the newest ones, in memory, until it "
                + "stops; send the whole conversation as input",
            field: "previous_response_id",
            code: "previous_response_not_found"
        )
    }

    /// Keeps a response for later requests, unless its client forbids that.
    func keepResponse(_ body: [UInt8], of running: RunningRequest) {
        guard running.client.api == .responses else { return }
        do {
            let asked = try running.client.root.scan(["store", "input"])
            if asked[0]?.bool == false { return }
            let found = try JSONSlice(validating: body).scan(["id", "output"])
            guard let id = found[0]?.string else { return }
            let output = found[1]?.elements.map { $0 } ?? []
            responses.keep(
                ResponseStore.Kept(
                    object: body,
                    input: asked[1]?.inputItems ?? [],
                    output: output.map { Array($0.raw) },
                    itemIDs: output.map { item in
                        item.members.first { $0.name.isString("id") }?.value.string
                    }
                ),
                as: id
            )
        } catch {
            // The body was read before, and so was the request: neither can be unreadable by now.
            logger.error("the response to \(running.id) could not be kept: \(error)")
        }
    }
}
