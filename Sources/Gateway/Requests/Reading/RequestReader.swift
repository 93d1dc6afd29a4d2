import ClientHTTP
import Events
import HTTPTypes
import Hummingbird
import Ledger
import Platform
import ProviderClients
import Providers
import RouterState

/// Reads a request: its body, what it goes on from, its hints, which conversation it is of, and what of
/// all that is recorded.
struct RequestReader: Sendable {
    /// The bytes of a model's name that a request may have: as many as one of a provider's list.
    static let modelNameLimit = ModelsListed.nameLimit

    let ledger: Ledger
    let providers: ProviderDirectory
    /// The responses that later requests may go on from.
    let responses: ResponseStore
    let bodyLimit: BodyLimit
    /// The memory that the bodies of all requests share.
    let bodyRoom: MemoryRoom
    /// Whether budgets go by the client's key, so that its fingerprint is recorded.
    let recordsClientKeys: Bool
    /// Tells conversations apart; `nil` where they are not kept together.
    let conversations: ConversationMarks?

    /// A body, and what it takes of the memory of all bodies.
    struct Body: Sendable {
        let bytes: [UInt8]
        let room: HeldRoom
    }

    /// What a body turned out to be.
    enum Reading: Sendable {
        /// A request for an answer, with what is recorded of it.
        case request(ClientRequest, RequestReceived)
        /// One of Ollama's that only loads a model, which no Ollama has: there is nothing to do.
        case load(OllamaLoad)
    }

    /// What the head of a request shows, for the record.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - family: the family of its API.
    ///   - endpoint: the path without a model's name or an id, where it has one.
    /// - Returns: the record, with a fresh id.
    func received(_ request: Request, family: WireFamily, endpoint: String?) -> RequestReceived {
        var received = RequestReceived(request, family: family, at: ledger.now)
        if let endpoint { received.endpoint = endpoint }
        if recordsClientKeys { received.clientKey = ClientKey.fingerprint(request) }
        return received
    }

    /// Reads the body to its end.
    ///
    /// - Throws: as `Request.wholeBody`.
    func body(of request: Request) async throws -> Body {
        let room = HeldRoom(of: bodyRoom)
        return Body(bytes: try await request.wholeBody(upTo: bodyLimit, in: room), room: room)
    }

    /// Reads what a body says: gives the request its id, looks things up in the state and among kept
    /// responses, and takes room for what was read.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - arrival: the request; `received` is what was read of it, as far as that came.
    /// - Returns: what it is.
    /// - Throws: `RequestError` for what can't be read or followed.
    func read(_ body: [UInt8], of arrival: inout Arrival) throws(RequestError) -> Reading {
        // A body may take minutes, and the id leads to the event (`RequestLookup.reach`).
        arrival.received.request = .fresh(at: ledger.now)
        arrival.received.features.bodyBytes = body.count
        let client = try client(body, of: arrival)
        if let load = try neededLoad(client) { return .load(load) }
        let headers = arrival.request.headers
        let hints = HintReader(headers, metadata: client.metadata)
        try hints.read(into: &arrival.received)
        try ledger.checkTenant(of: &arrival.received, key: arrival.key)
        arrival.received.conversation = conversations?.mark(
            client,
            cacheKey: try hints.cacheKey(),
            session: AgentSession(headers, of: client),
            tenant: arrival.received.tenant
        )
        arrival.received.describe(client, families: providers.families)
        client.keepReading(in: bodyRoom)
        arrival.received.holder = fileHolder(of: client) ?? previous.holder(of: client)
        return .request(client, arrival.received)
    }

    private var previous: PreviousResponses { PreviousResponses(responses, ledger, providers) }

    /// The request, with the conversation that it goes on from.
    private func client(
        _ body: [UInt8],
        of arrival: Arrival
    ) throws(RequestError) -> ClientRequest {
        let headers = arrival.request.headers
        let client = try previous.expand(
            ClientRequest(
                api: arrival.api,
                body: body,
                address: arrival.address,
                passage: arrival.passage,
                header: { HTTPField.Name($0).flatMap { headers[$0] } }
            ),
            upTo: bodyLimit.bytes
        )
        guard client.model.utf8.count <= Self.modelNameLimit else {
            throw RequestError(
                "model is longer than \(Self.modelNameLimit) bytes",
                field: "model"
            )
        }
        return client
    }

    /// A request of Ollama's API that only loads a model which no Ollama has; `nil` for any other, and for
    /// a model that nobody has.
    private func neededLoad(_ client: ClientRequest) throws(RequestError) -> OllamaLoad? {
        guard let load = try OllamaLoad(client) else { return nil }
        let isThere = ledger.read { state, _ in
            let found = state.owners(of: client.model)
            let owners = found.owners.isEmpty ? state.allOwners : found.owners
            return found.isKnown && !owners.contains { $0.family == .ollama }
        }
        return isThere ? load : nil
    }

    /// Who keeps a file that a request names: only there can it be read or deleted.
    ///
    /// `nil` where it names none, or none that was uploaded through this log.
    private func fileHolder(of client: ClientRequest) -> ResponseHolder? {
        let asked = client.passage?.fileID
        let ids = asked.map { [$0] } ?? client.fileIDs
        guard !ids.isEmpty else { return nil }
        let held = ledger.read { state, _ in
            ids.lazy.compactMap { state.holders[HeldText.fingerprint(Array($0.utf8))] }.first
        }
        guard var holder = held else { return nil }
        holder.isOnly = true
        holder.field = asked == nil ? "file_id" : client.passage?.template
        return holder
    }
}
