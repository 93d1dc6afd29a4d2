import Events
import JSONBytes

/// What is known of an answer from the parts that have come.
struct AnswerTally {
    var usage = TokenUsage()
    var finish: FinishReason?
    /// The model that answers, at most `modelLimit` bytes of its name.
    var model: String?
    var receipt: Nanodollars?
    var outputTextBytes = 0
    /// Of them what a limit of tokens bounds, so far as it is text.
    private(set) var written = WrittenText()
    var hasContent = false
    /// The bytes of what has no neutral form.
    private(set) var foreignByteCount = 0
    /// The estimated tokens of the prompt, for a client that must be told a number.
    private let promptEstimate: Int
    private var callsTools = false
    /// The parts that began: a text, a thought, a call, a picture.
    private var blockCount = 0
    private var lastBlock = Block.none
    /// Whether what has no neutral form reaches the client: only as bytes that pass.
    private let passes: Bool

    private enum Block { case none, text, reasoning, call, other }

    /// The bytes of text of one answer, and of what has no neutral form: as many as an answer in one
    /// piece may have, far above any model's output limit.
    static let byteLimit = 64 << 20
    /// The parts of one answer, each of which a translation remembers: far more than anybody calls tools
    /// or thinks again in one answer.
    static let blockLimit = 4_096

    /// The bytes of the calls' ids.
    private var idByteCount = 0
    /// The bytes of the answer that a translation may keep.
    var byteCount: Int { outputTextBytes + idByteCount }

    /// Checks the answer so far against what one may have.
    func checkLimits() throws(ProviderFailure) {
        guard byteCount <= Self.byteLimit else {
            throw ProviderFailure(
                .invalidResponse,
                "the answer has more than \(Self.byteLimit) bytes of text"
            )
        }
        // Bytes that pass leave nothing behind, and several answers that come mixed begin a part each time.
        guard passes || blockCount <= Self.blockLimit else {
            throw ProviderFailure(
                .invalidResponse,
                "the answer has more than \(Self.blockLimit) parts"
            )
        }
    }

    /// Counts a part that may begin another block.
    private mutating func note(_ block: Block) {
        if block == .call || block == .other || block != lastBlock { blockCount += 1 }
        lastBlock = block
    }

    /// The bytes of a model's name that are kept, since it is recorded and, in a translated stream,
    /// repeated in every event; the longest of a provider have about 100.
    static let modelLimit = 256

    /// A tally of the answer to a request; `passes` where the client gets the provider's bytes.
    init(of request: ClientRequest, passes: Bool = false) {
        self.passes = passes
        promptEstimate = TokenEstimate.tokens(
            ofBytes: request.promptTextBytes + request.toolDefinitionBytes
        )
    }

    /// The usage to tell a client whose format has no unknown counts, such as Anthropic's.
    ///
    /// What the provider did not say is an estimate from the bytes of prompt and answer: good
    /// enough to show how full a context is, not to bill. `usage` itself, which is logged and
    /// priced, stays unknown.
    var translatedUsage: TokenUsage {
        var told = usage
        told.input = usage.input ?? promptEstimate
        told.output = usage.output ?? TokenEstimate.tokens(ofBytes: outputTextBytes)
        return told
    }

    /// The reason to tell a client of another family.
    ///
    /// Some servers say `stop` after a tool's call; a client that is told so does not run the tool.
    var translatedFinish: FinishReason {
        let finish = finish ?? .stop
        return finish == .stop && callsTools ? .toolCalls : finish
    }

    /// Refuses a translated answer that holds nothing but what its client has no words for: an empty
    /// answer would say that the model said nothing.
    func checkTranslatable() throws(ProviderFailure) {
        guard !passes, !hasContent, foreignByteCount > 0 else { return }
        throw ProviderFailure(
            .invalidResponse,
            "the answer holds only what can't be said in the client's API (\(foreignByteCount) bytes)"
        )
    }

    mutating func add(_ part: AnswerPart) {
        switch part {
        case .begin(_, let model):
            // Every chunk of OpenAI's names it again; decoding it once is enough.
            if self.model == nil, let model = model?.string, !model.isEmpty {
                self.model = model.limited(toBytes: Self.modelLimit)
            }
        case .text(let text), .reasoning(let text), .arguments(_, let text):
            let count = text.rawText?.count ?? 0
            if case .text = part { note(.text) }
            if case .reasoning = part { note(.reasoning) }
            outputTextBytes += count
            written.add(count, isThought: part.isReasoning)
            if count > 0 { hasContent = true }
        case .toolCall(_, let start):
            let count = start.name?.rawText?.count ?? 0
            outputTextBytes += count
            idByteCount += start.id?.rawText?.count ?? 0
            written.add(count, isThought: false)
            hasContent = true
            callsTools = true
            note(.call)
        case .picture:
            hasContent = true
            note(.other)
        case .foreign(let byteCount):
            outputTextBytes += byteCount
            foreignByteCount += byteCount
            if passes { hasContent = true }
        case .usage(let usage, let replaces):
            if replaces { self.usage = usage } else { merge(usage) }
        case .receipt(let receipt): self.receipt = receipt
        case .finish(let reason): finish = reason
        }
    }

    /// Notes calls that were told in another way, as an answer in a forced tool's schema.
    mutating func noteCalls(in parts: [AnswerPart]) {
        for case .toolCall in parts { callsTools = true }
    }

    private mutating func merge(_ other: TokenUsage) {
        usage.input = other.input ?? usage.input
        usage.output = other.output ?? usage.output
        usage.cachedInput = other.cachedInput ?? usage.cachedInput
        usage.cacheWrite = other.cacheWrite ?? usage.cacheWrite
        usage.reasoning = other.reasoning ?? usage.reasoning
        usage.cacheWriteHour = other.cacheWriteHour ?? usage.cacheWriteHour
        usage.serviceTier = other.serviceTier ?? usage.serviceTier
        usage.unpriced = other.unpriced ?? usage.unpriced
        usage.origin = other.origin
    }
}

extension AnswerPart {
    fileprivate var isReasoning: Bool {
        if case .reasoning = self { true } else { false }
    }
}
