import Events
import JSONBytes

/// A piece of an answer without a family: what a stream brings event by event, and a whole answer
/// at once.
enum AnswerPart {
    /// What the answer is called and which model gives it.
    case begin(id: JSONSlice?, model: JSONSlice?)
    /// A piece of the text, a string.
    case text(JSONSlice)
    /// A piece of the reasoning before the text, a string.
    case reasoning(JSONSlice)
    /// The beginning of a tool's call.
    case toolCall(index: Int, id: JSONSlice?, name: JSONSlice?)
    /// A piece of a tool's arguments: JSON text, as a string.
    case arguments(index: Int, JSONSlice)
    /// Something the model wrote that has no neutral form: audio, a server's own tool.
    case foreign(byteCount: Int)
    /// Counts; where `replaces` is false they are merged into those before.
    case usage(TokenUsage, replaces: Bool)
    case receipt(Nanodollars)
    case finish(FinishReason)
}

/// Why an answer ended.
enum FinishReason: Hashable {
    case stop
    /// One of the request's stop sequences came.
    case stopSequence
    case length
    case toolCalls
    /// The provider or the model refused.
    case contentFilter
    /// A word that Logway does not know.
    case other(String)

    /// OpenAI's word.
    var name: String {
        switch self {
        case .stop, .stopSequence: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter: "content_filter"
        case .other(let word): word
        }
    }

    /// Anthropic's word; what has none ends the turn.
    var anthropicName: String {
        switch self {
        case .stop, .other: "end_turn"
        case .stopSequence: "stop_sequence"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .contentFilter: "refusal"
        }
    }

    /// OpenAI's own words, for what a client that takes only those may be told.
    var openAIName: String {
        if case .other = self { "stop" } else { name }
    }

    /// The reason behind a word of any family: they don't contradict one another.
    init(word: String) {
        switch word {
        case "stop", "end_turn", "eos", "pause_turn": self = .stop
        case "stop_sequence": self = .stopSequence
        case "length", "max_tokens", "model_context_window_exceeded": self = .length
        case "tool_calls", "function_call", "tool_use": self = .toolCalls
        case "content_filter", "refusal": self = .contentFilter
        default: self = .other(word)
        }
    }
}

/// What is known of an answer from the parts that have come.
struct AnswerTally {
    var usage = TokenUsage()
    var finish: FinishReason?
    var model: String?
    var receipt: Nanodollars?
    var outputTextBytes = 0
    var hasContent = false
    private var callsTools = false

    /// The reason to tell a client of another family.
    ///
    /// Some servers say `stop` after a tool's call; a client that is told so does not run the tool.
    var translatedFinish: FinishReason {
        let finish = finish ?? .stop
        return finish == .stop && callsTools ? .toolCalls : finish
    }

    mutating func add(_ part: AnswerPart) {
        switch part {
        case .begin(_, let model):
            // Every chunk of OpenAI's names it again; decoding it once is enough.
            if self.model == nil, let model = model?.string, !model.isEmpty { self.model = model }
        case .text(let text), .reasoning(let text), .arguments(_, let text):
            let count = text.rawText?.count ?? 0
            outputTextBytes += count
            if count > 0 { hasContent = true }
        case .toolCall(_, _, let name):
            outputTextBytes += name?.rawText?.count ?? 0
            hasContent = true
            callsTools = true
        case .foreign(let byteCount):
            outputTextBytes += byteCount
            hasContent = true
        case .usage(let usage, let replaces):
            if replaces { self.usage = usage } else { merge(usage) }
        case .receipt(let receipt): self.receipt = receipt
        case .finish(let reason): finish = reason
        }
    }

    private mutating func merge(_ other: TokenUsage) {
        usage.input = other.input ?? usage.input
        usage.output = other.output ?? usage.output
        usage.cachedInput = other.cachedInput ?? usage.cachedInput
        usage.cacheWrite = other.cacheWrite ?? usage.cacheWrite
        usage.reasoning = other.reasoning ?? usage.reasoning
        usage.origin = other.origin
    }
}
