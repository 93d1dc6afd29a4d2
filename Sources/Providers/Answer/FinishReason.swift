import JSONBytes

/// Why an answer ended.
enum FinishReason: Hashable {
    case stop
    /// One of the request's stop sequences came: which one, where that is told.
    case stopSequence(String?)
    case length
    case toolCalls
    /// The provider or the model refused.
    case contentFilter
    /// A word that Logway does not know, of at most `wordLimit` bytes.
    case other(String)

    /// The bytes of a word that are kept, since it is recorded and repeated to clients: the longest
    /// that is known has 29, and a provider may send a mebibyte.
    static let wordLimit = 128

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

    /// Writes Anthropic's member for the stop sequence that came, which is null for most answers.
    func writeStopSequence(to object: inout JSONWriter) {
        if case .stopSequence(let sequence?) = self {
            object.member("stop_sequence", sequence)
        } else {
            object.nullMember("stop_sequence")
        }
    }

    /// Ollama's word; it says `stop` after a tool's call and a refusal too.
    var ollamaName: String { self == .length ? "length" : "stop" }

    /// OpenAI's own words, for what a client that takes only those may be told.
    var openAIName: String {
        if case .other = self { "stop" } else { name }
    }

    /// The reason behind a word of any family: they don't contradict one another.
    init(word: String) {
        switch word {
        case "stop", "end_turn", "eos", "pause_turn", "STOP": self = .stop
        case "stop_sequence": self = .stopSequence(nil)
        case "length", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS",
            "max_output_tokens", "max_completion_tokens", "max_new_tokens", "model_length":
            self = .length
        case "tool_calls", "function_call", "tool_use", "tool_call", "TOOL_CALL": self = .toolCalls
        case "content_filter", "refusal", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST",
            "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION":
            self = .contentFilter
        default: self = .other(word.limited(toBytes: Self.wordLimit))
        }
    }
}
