import Events
import JSONBytes

/// Reads whole answers of any family.
enum AnswerReader {
    /// What a body held.
    struct Reading {
        var parts: [AnswerPart]
        /// Whether the body is one JSON document, as a client that didn't ask for a stream reads.
        var isDocument = true
    }

    static func read(
        _ body: [UInt8],
        from family: WireFamily
    ) throws(ProviderFailure) -> Reading {
        if isEvents(body) {
            return Reading(parts: try read(events: body, from: family), isDocument: false)
        }
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: body)
        } catch {
            // Several documents, one a line, are a stream too.
            if error.reason == .trailingBytes, body.first == UInt8(ascii: "{") {
                let parts = try read(events: body, from: family, isNDJSON: true)
                return Reading(parts: parts, isDocument: false)
            }
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
            var reader = AnthropicAnswerReader()
            try reader.read(message: root, into: &parts)
        case .ollama:
            var reader = OllamaAnswerReader()
            guard try reader.read(root, into: &parts) else {
                throw ProviderFailure(.cut, "the answer is not marked as done")
            }
        case .gemini:
            var reader = GeminiAnswerReader()
            // Without `alt=sse` a stream is a list of what its events would be.
            if root.kind == .array {
                guard root.elements.contains(where: { _ in true }) else {
                    throw ProviderFailure(.invalidResponse, "the answer is an empty list")
                }
                for event in root.elements { try reader.read(event, into: &parts) }
            } else {
                try reader.read(root, into: &parts)
            }
            guard parts.contains(where: \.isFinish) else {
                throw ProviderFailure(.cut, "the answer holds no finishReason")
            }
        }
        return Reading(parts: parts)
    }

    /// Whether a body is a stream of events: some servers stream whatever is asked for.
    private static func isEvents(_ body: [UInt8]) -> Bool {
        let start = body.prefix(64).drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        return ["data:", "event:", "id:", "retry:", ":"].contains { start.starts(with: $0.utf8) }
    }

    /// Reads a stream that came where a document was asked for.
    private static func read(
        events body: [UInt8],
        from family: WireFamily,
        isNDJSON: Bool = false
    ) throws(ProviderFailure) -> [AnswerPart] {
        var framer = EventFramer(isNDJSON: isNDJSON)
        var reader = StreamReader(family: family)
        var parts: [AnswerPart] = []
        framer.append(body)
        func read(_ frame: EventFramer.Frame) throws(ProviderFailure) -> Bool {
            guard let data = frame.data else { return false }
            if frame.moreData.isEmpty {
                return try reader.read(framer.buffer, in: data, into: &parts) == .end
            }
            let joined = framer.joinedData(of: frame)
            return try reader.read(joined, in: 0..<joined.count, into: &parts) == .end
        }
        var isEnded = false
        while !isEnded, let frame = try framer.next() { isEnded = try read(frame) }
        if !isEnded, let frame = framer.last() { isEnded = try read(frame) }
        let mayEndUnmarked = family == .openai || family == .gemini
        guard isEnded || (mayEndUnmarked && parts.contains(where: \.isFinish)) else {
            throw ProviderFailure(.cut, "the stream ended before the answer was complete")
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

extension AnswerPart {
    var isFinish: Bool { if case .finish = self { true } else { false } }
}
