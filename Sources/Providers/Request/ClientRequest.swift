public import Events
public import JSONBytes

/// A client's request for an answer or for embeddings, understood as far as routing needs.
///
/// The body is validated as a whole, and of it only what decides the route is read; the rest stays
/// bytes. Nothing here reads a clock or does input or output.
public struct ClientRequest: Sendable {
    /// The API whose format the body has.
    public let api: ClientAPI
    /// The body as it came.
    public let body: [UInt8]
    /// The model that the client names: a real one, or `auto` and the like.
    public let model: String
    /// Whether the client wants a stream.
    public let streamed: Bool
    /// Whether the client asked for usage in its stream (`stream_options.include_usage`).
    public let wantsStreamedUsage: Bool
    /// The output limit in tokens that the client set.
    public let maxOutputTokens: Int?
    /// How many answers the client asks for (OpenAI's `n`), at least 1.
    public let choices: Int
    /// The sampling temperature; `nil` when the client set none.
    public let temperature: Double?
    /// How many messages there are, system prompts among them in the OpenAI family.
    public let messageCount: Int
    /// The bytes of text in the prompt as written in JSON: system, messages, tool calls and results.
    public let promptTextBytes: Int
    /// The bytes of the tool definitions, which providers count as prompt as well.
    public let toolDefinitionBytes: Int
    /// What the request needs from a model.
    public let needs: Capabilities
    /// The last text that the user wrote, as it stands in the JSON; a slice of the body.
    public let instruction: ArraySlice<UInt8>
    /// OpenAI's `metadata` object or Anthropic's: texts, numbers and Booleans by name, as
    /// written, for routing hints.
    public let metadata: [String: String]

    /// What a request to OpenAI's responses says of things that stand elsewhere, and who holds them.
    public var links: ResponseLinks
    /// The body as it came, where `body` has more in it: the conversation that it goes on from.
    var original: JSONSlice?

    /// Whether thoughts are wanted in the answer, where the API keeps them to itself otherwise.
    let wantsThoughts: Bool
    /// What the address says, where it names the model.
    let address: ModelAddress?
    /// Whether a part of a message is what a model thought, in Anthropic's form.
    let hasThinking: Bool
    /// Where the request passes to, where it goes on as it came.
    public let passage: Passage?
    /// Whether the body names a model, and where, in a form.
    let namesModel: Bool
    let modelRange: Range<Int>?
    /// The files that the prompt names by the ids that a provider gave them, some of them.
    public let fileIDs: [String]
    /// Whether embeddings are wanted as base64.
    let wantsBase64: Bool
    /// Fields that would have a provider of the client's own family answer with another model than the one
    /// that it is asked for; they are left out.
    public let rerouting: [String]
    /// Fields that ask a provider of the client's own family for what prices per token don't cover.
    public let surcharges: [String]
    /// The headers that go on to a provider of the same family, by lower-case name.
    var passedHeaders: [(name: String, value: String)]

    /// The request without its family, once somebody asked for it.
    let memo: ReadingMemo

    /// The body as JSON.
    public let root: JSONSlice

    /// The family of the API.
    public var family: WireFamily { api.family }

    /// The media type of its streamed answer.
    public var streamType: String {
        switch (family, address?.stream) {
        case (.ollama, _): "application/x-ndjson"
        case (_, .array): "application/json"
        default: "text/event-stream"
        }
    }

    /// A request from its body.
    ///
    /// - Parameters:
    ///   - api: the API of the endpoint that it was sent to.
    ///   - body: the whole body.
    ///   - address: what the address says, where it names the model as Gemini's does.
    ///   - passage: where the request goes on to as it came, which its API then has to be of.
    ///   - header: looks a header of the request up by its lower-case name.
    /// - Throws: `RequestError` for invalid JSON, and for missing, duplicate or mistyped fields
    ///   among those that are read; it names the field and the offset.
    public init(
        api: ClientAPI,
        body: [UInt8],
        address: ModelAddress? = nil,
        passage: Passage? = nil,
        header: (String) -> String? = { _ in nil }
    ) throws(RequestError) {
        guard var passage else {
            try self.init(
                api: api,
                root: Self.validated(body),
                address: address,
                header: header
            )
            return
        }
        passage.contentType = header("content-type")
        self.init(
            try ParsedRequest(passing: passage, body: body),
            api: api,
            body: body,
            address: address,
            passage: passage,
            headers: try PassedHeaders.read(api.family, header)
        )
    }

    /// A request from a body that is known to be JSON and has an array of its own.
    ///
    /// - Throws: `RequestError` as `init(api:body:header:)`, but for invalid JSON.
    init(
        api: ClientAPI,
        root: JSONSlice,
        address: ModelAddress? = nil,
        header: (String) -> String? = { _ in nil }
    ) throws(RequestError) {
        self.init(
            try ParsedRequest(api: api, root: root, address: address),
            api: api,
            body: root.bytes,
            address: address,
            passage: nil,
            headers: try PassedHeaders.read(api.family, header)
        )
    }

    /// A body as JSON: the one time that it is validated.
    ///
    /// - Throws: `RequestError` where it is none.
    static func validated(_ body: [UInt8]) throws(RequestError) -> JSONSlice {
        do {
            return try JSONSlice(validating: body)
        } catch {
            throw RequestError(error)
        }
    }

    private init(
        _ facts: ParsedRequest,
        api: ClientAPI,
        body: [UInt8],
        address: ModelAddress?,
        passage: Passage?,
        headers: [(name: String, value: String)]
    ) {
        memo = ReadingMemo(facts.embeddings.map { .embeddings($0) })
        self.passage = passage
        namesModel = facts.namesModel
        modelRange = facts.modelRange
        fileIDs = facts.fileIDs
        self.api = api
        self.address = address
        self.body = body
        passedHeaders = headers
        root = facts.root
        model = facts.model
        streamed = facts.streamed
        wantsStreamedUsage = facts.wantsStreamedUsage
        maxOutputTokens = facts.maxOutputTokens
        choices = facts.choices
        temperature = facts.temperature
        messageCount = facts.messageCount
        promptTextBytes = facts.promptTextBytes
        toolDefinitionBytes = facts.toolDefinitionBytes
        needs = facts.needs
        instruction = facts.instruction
        metadata = facts.metadata
        wantsThoughts = facts.wantsThoughts
        hasThinking = facts.hasThinking
        wantsBase64 = facts.wantsBase64
        rerouting = facts.rerouting
        surcharges = facts.surcharges
        links = facts.links
    }

    /// A request for a chat answer in a family's own API for it.
    ///
    /// - Throws: as `init(api:body:header:)`.
    public init(
        family: WireFamily,
        body: [UInt8],
        address: ModelAddress? = nil,
        header: (String) -> String? = { _ in nil }
    ) throws(RequestError) {
        try self.init(api: ClientAPI(chatOf: family), body: body, address: address, header: header)
    }
}
