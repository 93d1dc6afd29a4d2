public import Events
import JSONBytes

/// A whole, unstreamed answer, read and put into the client's format.
public struct Answer: Sendable {
    /// The body for the client: the provider's bytes within a family, a translation across.
    ///
    /// A translation for Anthropic's clients tells estimated token counts where the provider told
    /// none, since their format needs numbers; `usage` stays unknown.
    public let body: [UInt8]
    /// What the provider says it used.
    public let usage: TokenUsage
    /// Why the answer ended, in OpenAI's words: `stop`, `length`, `tool_calls`, `content_filter`, or
    /// the provider's own word where it is none of these.
    public let finishReason: String?
    /// The model that answered, which decides the price.
    public let model: String?
    /// What the provider says it charged.
    public let receipt: Nanodollars?
    /// The bytes of text that the model wrote, as in JSON: for an estimate where usage is missing.
    public let outputTextBytes: Int
    /// The fingerprints of what only the provider can go on from: a stored response, encrypted texts.
    public let held: [UInt64]
    /// What Gemini signed of its thinking before the calls of a translated answer.
    public let signatures: [CallSignature]

    /// Reads a provider's answer with a 2xx status.
    ///
    /// - Parameters:
    ///   - body: the provider's whole body.
    ///   - upstream: what the provider was spoken to in.
    ///   - request: the client's request.
    ///   - identity: what a translated answer says of itself.
    /// - Throws: `ProviderFailure` for what is not an answer: HTML, truncated JSON, an error object
    ///   inside a 200, no choices.
    public init(
        body: [UInt8],
        from upstream: ProviderDialect,
        for request: ClientRequest,
        as identity: AnswerIdentity
    ) throws(ProviderFailure) {
        if let passage = request.passage {
            self = try .passed(body, for: passage)
            return
        }
        guard request.api.operation != .embeddings else {
            self = try Answer(embeddings: body, from: upstream, for: request, as: identity)
            return
        }
        let passes = request.api.passes(to: upstream)
        var parts: [AnswerPart]
        var isDocument = true
        if request.api.isResponses, passes {
            (parts, held) = try ResponsesAnswerReader.read(body)
        } else {
            let read = try AnswerReader.read(body, from: upstream.family)
            (parts, isDocument, held) = (read.parts, read.isDocument, [])
        }
        var tally = AnswerTally(of: request, passes: passes)
        for part in parts { tally.add(part) }
        try tally.checkLimits()
        try tally.checkTranslatable()
        if var restoration = request.restoration(from: upstream) {
            parts = restoration.restore(parts) + restoration.finish()
            tally.noteCalls(in: parts)
        }
        usage = tally.usage
        finishReason = tally.finish?.name
        model = tally.model
        receipt = tally.receipt
        outputTextBytes = tally.outputTextBytes
        if passes, isDocument {
            self.body = body
            signatures = []
        } else {
            let ids = AnswerIDs(identity: identity, rule: CallIDRule(of: request.family))
            signatures = CallSignature.all(in: parts, ids: ids)
            parts = parts.map { PictureNote.said($0, to: request.api) }
            self.body = try AnswerWriter.write(parts, tally, for: request, as: identity)
        }
    }

    /// An answer of which nothing is known but what the provider keeps of it.
    init(_ body: [UInt8], held: [UInt64]) {
        self.body = body
        self.held = held
        signatures = []
        usage = TokenUsage()
        finishReason = nil
        model = nil
        receipt = nil
        outputTextBytes = 0
    }

    /// Reads embeddings; nothing of a chat's answer is known of them.
    private init(
        embeddings body: [UInt8],
        from upstream: ProviderDialect,
        for request: ClientRequest,
        as identity: AnswerIdentity
    ) throws(ProviderFailure) {
        let answer = try EmbeddingAnswer(body, from: upstream.family, count: request.messageCount)
        usage = answer.usage
        finishReason = nil
        model = answer.model?.string.map { $0.limited(toBytes: AnswerTally.modelLimit) }
        receipt = answer.receipt
        outputTextBytes = 0
        held = []
        signatures = []
        self.body =
            request.api.passes(to: upstream)
            ? body
            : try answer.body(
                for: request,
                as: identity,
                tokens: TokenEstimate.tokens(ofBytes: request.promptTextBytes)
            )
    }
}

/// What a translated answer says of itself.
public struct AnswerIdentity: Hashable, Sendable {
    /// The request's id, from which ids in the answer are made.
    public var requestID: String
    /// The model that was asked, for where the provider does not say which one answered.
    public var model: String
    /// The instant for `created`.
    public var created: Timestamp
    /// How long it took; `nil` where nobody measured it, or while it flows.
    public var durations: AnswerDurations?

    /// An identity from its parts.
    public init(
        requestID: String,
        model: String,
        created: Timestamp,
        durations: AnswerDurations? = nil
    ) {
        self.requestID = requestID
        self.model = model
        self.created = created
        self.durations = durations
    }
}
