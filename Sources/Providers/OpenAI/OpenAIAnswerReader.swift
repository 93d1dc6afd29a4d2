import Events
import JSONBytes

/// Reads OpenAI's chat completions and completions of prompts, whole ones and chunks, into parts, in
/// the shapes that the servers of its family give them.
struct OpenAIAnswerReader {
    private static let keys: JSONKeys = [
        "id", "model", "choices", "usage", "x_groq", "error", "service_tier", "object", "message",
        "detail", "code", "type",
    ]
    private static let choiceKeys: JSONKeys = [
        "delta", "message", "finish_reason", "text", "stop_reason", "matched_stop",
    ]

    /// Whether the last object that was read had a list of choices, and how long it was.
    private(set) var choiceCount: Int?
    private var message = OpenAIMessageReader()
    /// The tier that answered, which some chunks name and the one with the usage may not.
    private var serviceTier: String?

    /// Appends the parts of a completion or a chunk.
    ///
    /// - Throws: the error object inside of it, or what is wrong with it.
    mutating func read(_ root: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        guard root.kind == .object else {
            throw ProviderFailure(.invalidResponse, "the answer is JSON but not an object")
        }
        do {
            let found = try root.scan(Self.keys)
            if let error = found[5], !error.isNull {
                throw FailureClassifier.inBand(root, family: .openai)
            }
            // vLLM and FastAPI say an error without a member of that name, which nothing else of an
            // answer looks like; a stream that goes on as if it were whole would be cut in silence.
            if found[2] == nil, found[3] == nil, Self.isError(found) {
                throw FailureClassifier.inBand(root, family: .openai)
            }
            parts.append(.begin(id: found[0], model: found[1]))
            choiceCount = nil
            if let choices = found[2], choices.kind == .array {
                var count = 0
                for choice in choices.elements {
                    try read(choice: choice, into: &parts)
                    count += 1
                }
                choiceCount = count
            }
            if serviceTier == nil { serviceTier = found[6]?.nonEmptyString?.string }
            if let usage = found[3] {
                try OpenAIUsage.read(usage, tier: serviceTier, into: &parts)
            }
            if let groq = try found[4]?.member("usage") {
                try OpenAIUsage.read(groq, tier: serviceTier, into: &parts)
            }
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read")
        }
    }

    /// Whether an object without choices and usage says what went wrong.
    private static func isError(_ found: [JSONSlice?]) -> Bool {
        if found[7]?.isString("error") == true { return true }
        if let detail = found[9], !detail.isNull { return true }
        return found[8]?.nonEmptyString != nil && (found[10] ?? found[11])?.isNull == false
    }

    private mutating func read(choice: JSONSlice, into parts: inout [AnswerPart]) throws {
        let found = try choice.scan(Self.choiceKeys)
        if let delta = found[0], !delta.isNull {
            // Together says the text of a chat's chunk a second time, as a completion's.
            try message.read(delta, isDelta: true, into: &parts)
        } else if let whole = found[1], !whole.isNull {
            try message.read(whole, isDelta: false, into: &parts)
        } else {
            try AnswerText.read(found[3], as: .text, into: &parts)
        }
        try message.checkLimits()
        // An empty word, which some servers send in every chunk, is no end.
        guard let word = found[2]?.nonEmptyString?.string, word != "null" else { return }
        if word == "error" {
            throw ProviderFailure(.serverError, "the provider ended its answer with an error")
        }
        if message.unnamedByteCount > 0 {
            parts.append(.foreign(byteCount: message.unnamedByteCount))
        }
        var reason = FinishReason(word: word)
        // vLLM and SGLang name the sequence that came, or its token.
        if reason == .stop, let sequence = (found[4] ?? found[5])?.nonEmptyString?.string {
            reason = .stopSequence(sequence.limited(toBytes: FinishReason.wordLimit))
        }
        parts.append(.finish(reason))
    }
}
