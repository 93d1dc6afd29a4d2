import Events
import JSONBytes

/// Reads the events of a stream of any family into parts.
struct StreamReader {
    /// What an event is for the client.
    enum Outcome {
        /// A part of the answer, or nothing that matters.
        case pass
        /// A chunk that holds usage and nothing else (OpenAI's last one).
        case usageOnly
        /// The event that ends the stream.
        case end
        /// The end, in a form that clients don't look for.
        case unusualEnd
        /// An event that the family does not have: counted, and told to nobody.
        case stray
    }

    private let family: WireFamily
    private var openAI = OpenAIAnswerReader()
    private var anthropic = AnthropicAnswerReader()
    private var ollama = OllamaAnswerReader()
    private var gemini = GeminiAnswerReader()
    /// Reads OpenAI's responses, where the provider is asked in them.
    private var responses: ResponsesAnswerReader?

    /// A reader of a family's streams, or of those of OpenAI's responses.
    init(family: WireFamily, isResponses: Bool = false) {
        self.family = family
        if isResponses { responses = ResponsesAnswerReader() }
    }

    /// The fingerprints of what only the provider can go on from.
    var held: [UInt64] { responses?.held ?? [] }

    /// Appends the parts of one event's data, a range of `bytes`.
    mutating func read(
        _ bytes: [UInt8],
        in range: Range<Int>,
        into parts: inout [AnswerPart]
    ) throws(ProviderFailure) -> Outcome {
        let data = bytes[range].trimmingSpace
        // Some servers keep a connection alive by events without data; clients take each for JSON.
        if data.isEmpty { return .stray }
        if family != .ollama, data.elementsEqual(Self.done) {
            // Only OpenAI's chats end so. Gemini's streams end with their bytes, the others in an event
            // that says how, and some proxies put this behind them or between.
            guard family == .openai, responses == nil else { return .stray }
            return data.count == range.count ? .end : .unusualEnd
        }
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: bytes, in: range)
        } catch {
            let kind: FailureKind = error.reason == .unexpectedEnd ? .cut : .invalidResponse
            throw ProviderFailure(kind, "an event of the stream is not JSON: \(error)")
        }
        if let isLast = try responses?.read(event: root, into: &parts) {
            return isLast ? .end : .pass
        }
        switch family {
        case .openai:
            let before = parts.count
            try openAI.read(root, into: &parts)
            guard (openAI.choiceCount ?? 0) == 0 else { return .pass }
            let hasUsage = parts[before...].contains { part in
                if case .usage = part { true } else { false }
            }
            return hasUsage ? .usageOnly : .pass
        case .anthropic:
            return switch try anthropic.read(event: root, into: &parts) {
            case .ordinary: .pass
            case .end: .end
            }
        case .ollama: return try ollama.read(root, into: &parts) ? .end : .pass
        case .gemini:
            try gemini.read(root, into: &parts)
            return .pass
        }
    }

    private static let done = Array("[DONE]".utf8)
}

extension ArraySlice<UInt8> {
    /// The bytes without the white space around them.
    fileprivate var trimmingSpace: ArraySlice<UInt8> {
        guard let first, first <= 0x20 || self[endIndex - 1] <= 0x20 else { return self }
        let start = drop { $0 <= 0x20 }
        guard let last = start.lastIndex(where: { $0 > 0x20 }) else { return [] }
        return start[...last]
    }
}
