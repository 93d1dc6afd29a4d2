import Events
import JSONBytes

/// Reads whole answers of any family.
enum AnswerReader {
    static func read(
        _ body: [UInt8],
        from family: WireFamily
    ) throws(ProviderFailure) -> [AnswerPart] {
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: body)
        } catch {
            throw notJSON(body, error)
        }
        var parts: [AnswerPart] = []
        parts.reserveCapacity(6)
        switch family {
        case .openai:
            var reader = OpenAIAnswerReader()
            try reader.read(root, into: &parts)
            guard let count = reader.choiceCount, count > 0 else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but holds no choices")
            }
        case .anthropic:
            guard root.kind == .object else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but not an object")
            }
            try AnthropicAnswerReader().read(message: root, into: &parts)
        case .ollama:
            var reader = OllamaAnswerReader()
            guard try reader.read(root, into: &parts) else {
                throw ProviderFailure(.cut, "the answer is not marked as done")
            }
        case .gemini:
            var reader = GeminiAnswerReader()
            try reader.read(root, into: &parts)
            let isEnded = parts.contains { part in
                if case .finish = part { true } else { false }
            }
            guard isEnded else {
                throw ProviderFailure(.cut, "the answer holds no finishReason")
            }
        }
        return parts
    }

    /// The failure behind bytes that are not JSON: a page, nothing, or half an answer.
    static func notJSON(_ body: [UInt8], _ error: JSONError) -> ProviderFailure {
        let text = body.prefix(64).drop { $0 <= 0x20 }
        if text.first == UInt8(ascii: "<") {
            return ProviderFailure(.invalidResponse, "the provider answered HTML instead of JSON")
        }
        if body.allSatisfy({ $0 <= 0x20 }) {
            return ProviderFailure(.invalidResponse, "the provider's answer is empty")
        }
        if error.reason == .unexpectedEnd {
            return ProviderFailure(.cut, "the answer was cut: \(error)")
        }
        return ProviderFailure(.invalidResponse, "the provider's answer is not JSON: \(error)")
    }
}
