/// A client's request reached the gateway and was understood as far as routing needs.
///
/// It holds no text of the prompt.
public struct RequestReceived: FieldRecord {
    /// The id that every later event of the request carries.
    public var request: RequestID = .empty
    /// The family of API that the client speaks.
    public var client: WireFamily = .openai
    /// The path that was asked, such as `/v1/chat/completions`.
    public var endpoint: String = ""
    /// The model as the client named it; empty when the body could not be read.
    public var requestedModel: String = ""
    /// Whether the client asked for a stream.
    public var isStreamed: Bool = false
    /// What was measured of the request.
    public var features: RequestFeatures = RequestFeatures()
    /// The kind of task that the client gave, if it did.
    public var task: String?
    /// The client's own labels, `name=value` each, for reports.
    public var tags: [String] = []
    /// What of the request can't be said in which other family.
    public var obstacles: [TranslationObstacle] = []
    /// Pure hints that are left out on the way to which other family.
    public var droppedHints: [TranslationObstacle] = []
    /// Whose request it is, as the client says.
    public var tenant: String?
    /// The fingerprint of the client's key, where budgets go by key.
    public var clientKey: String?
    /// How many answers the client asked for; absent for one.
    public var choices: Int?
    /// The conversation that it is of; absent where that can't be told, or nobody asks.
    public var conversation: ConversationMark?
    /// What the client told the router.
    public var hints: RequestHints = RequestHints()
    /// What the request asks for; absent for an answer.
    public var operation: RequestOperation?

    /// Whether it is one of OpenAI's responses, which pass as they are to who has that API.
    public var isResponse: Bool = false
    /// Who holds what it goes on from: a stored response, reasoning that others can't read.
    public var holder: ResponseHolder?
    /// What it asks of a provider of its own family that prices per token don't cover, by the paths of the
    /// fields: another service tier, searches, sound.
    public var surcharges: [String] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "client", &client)
        visitor.field(3, "endpoint", &endpoint)
        visitor.field(4, "requested_model", &requestedModel)
        visitor.field(5, "streamed", &isStreamed)
        visitor.field(6, "features", &features)
        visitor.field(7, "task", &task)
        visitor.field(8, "tags", &tags)
        visitor.field(9, "obstacles", &obstacles)
        visitor.field(10, "dropped_hints", &droppedHints)
        visitor.field(20, "tenant", &tenant)
        visitor.field(21, "client_key", &clientKey)
        visitor.field(22, "choices", &choices)
        visitor.field(24, "conversation", &conversation)
        visitor.field(25, "hints", unlessEmpty: &hints)
        visitor.field(40, "operation", &operation)
        visitor.field(70, "response", &isResponse)
        visitor.field(71, "holder", &holder)
        visitor.field(80, "surcharges", &surcharges)
    }
}

/// What is measured of a request without keeping its text.
public struct RequestFeatures: FieldRecord {
    /// Which version of the measuring code gave these values.
    public var extractorVersion: Int = 0
    /// Bytes of the whole body.
    public var bodyBytes: Int = 0
    /// Bytes of text in the messages and the system prompt.
    public var promptBytes: Int = 0
    /// Tokens of the prompt, estimated as a token per four bytes of text, rounded up.
    public var inputTokens: Int = 0
    /// The most tokens that the client wants back, if it said.
    public var outputLimit: Int?
    /// Messages in the conversation.
    public var messages: Int = 0
    /// What the request needs a model to do.
    public var needs: Capabilities = []
    /// What kinds of words the last message of the user has.
    public var cues: PromptCues = []
    /// Bytes of text in that message.
    public var instructionBytes: Int = 0
    /// How varied its text is: thousandths of a bit of Shannon entropy a byte.
    public var entropyMillibits: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "extractor_version", &extractorVersion)
        visitor.field(2, "body_bytes", &bodyBytes)
        visitor.field(3, "prompt_bytes", &promptBytes)
        visitor.field(4, "input_tokens", &inputTokens)
        visitor.field(5, "output_limit", &outputLimit)
        visitor.field(6, "messages", &messages)
        visitor.field(7, "needs", &needs)
        visitor.field(20, "cues", &cues)
        visitor.field(21, "instruction_bytes", &instructionBytes)
        visitor.field(22, "entropy_millibits", &entropyMillibits)
    }
}

/// Fields of a request that are something else for a family of APIs than for others: mostly such as it has
/// no word for.
public struct TranslationObstacle: FieldRecord {
    /// The family.
    public var family: WireFamily = .openai
    /// The paths of the fields.
    public var fields: [String] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "family", &family)
        visitor.field(2, "fields", &fields)
    }
}
