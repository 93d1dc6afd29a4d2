import Events
import JSONBytes

/// Reads Anthropic's messages, whole ones and stream events, into parts.
struct AnthropicAnswerReader {
    /// What an event of a stream means for the stream.
    enum Event {
        /// It was read into parts, or there is nothing in it for a client of another family.
        case ordinary
        /// `message_stop`.
        case end
    }

    private static let eventKeys: JSONKeys = [
        "type", "message", "content_block", "delta", "usage", "index",
    ]
    private static let messageKeys: JSONKeys = [
        "id", "model", "usage", "content", "stop_reason", "type", "stop_sequence",
    ]
    /// The index of the block that began last, for servers that leave it out of the deltas.
    private var lastIndex = -1

    /// Appends the parts of a stream event.
    mutating func read(
        event: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(ProviderFailure) -> Event {
        do {
            let found = try event.scan(Self.eventKeys)
            switch found[0]?.string {
            case "message_start":
                if let message = found[1] { try readHead(message, into: &parts) }
            case "content_block_start":
                lastIndex = found[5]?.count ?? lastIndex + 1
                if let block = found[2] { try read(block: block, index: lastIndex, into: &parts) }
            case "content_block_delta":
                let index = found[5]?.count ?? max(0, lastIndex)
                if let delta = found[3] { try read(delta: delta, index: index, into: &parts) }
            case "message_delta":
                if let usage = found[4] { try AnthropicUsage.read(usage, into: &parts) }
                if let ending = try found[3]?.scan(["stop_reason", "stop_sequence"]) {
                    read(reason: ending[0], sequence: ending[1], into: &parts)
                }
            case "message_stop": return .end
            case "error": throw FailureClassifier.inBand(event, family: .anthropic)
            default: break
            }
            return .ordinary
        } catch {
            throw Self.failure(error)
        }
    }

    /// Appends the parts of a whole message.
    mutating func read(message: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        do {
            let found = try message.scan(Self.messageKeys)
            if let type = found[5], type.isString("error") {
                throw FailureClassifier.inBand(message, family: .anthropic)
            }
            guard let content = found[3], content.kind == .array || content.kind == .string else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but holds no content")
            }
            try readHead(message, into: &parts)
            if content.kind == .string {
                try AnswerText.read(content, as: .text, into: &parts)
            }
            for (index, block) in content.elements.enumerated() {
                try read(block: block, index: index, into: &parts)
            }
            read(reason: found[4], sequence: found[6], into: &parts)
        } catch {
            throw Self.failure(error)
        }
    }

    private func readHead(_ message: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        let found = try message.scan(Self.messageKeys)
        parts.append(.begin(id: found[0], model: found[1]))
        if let usage = found[2] { try AnthropicUsage.read(usage, into: &parts) }
    }

    /// An empty reason is none.
    private func read(reason: JSONSlice?, sequence: JSONSlice?, into parts: inout [AnswerPart]) {
        guard let word = reason?.nonEmptyString?.string else { return }
        var finish = FinishReason(word: word)
        if case .stopSequence = finish, let text = sequence?.string {
            finish = .stopSequence(text.limited(toBytes: FinishReason.wordLimit))
        }
        parts.append(.finish(finish))
    }

    private func read(
        block: JSONSlice,
        index: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try block.scan(["type", "text", "thinking", "id", "name", "input"])
        switch found[0]?.string {
        case "text": try AnswerText.read(found[1], as: .text, into: &parts)
        case "thinking": try AnswerText.read(found[2], as: .reasoning, into: &parts)
        case "tool_use":
            let start = ToolCallStart(id: found[3]?.scalarText, name: found[4])
            parts.append(.toolCall(index: index, start))
            // A stream begins with an empty input and brings the rest in deltas.
            if let input = found[5]?.argumentsText, input.rawText?.elementsEqual("{}".utf8) != true
            {
                parts.append(.arguments(index: index, input))
            }
        case "redacted_thinking": break
        case nil where found[1] != nil: try AnswerText.read(found[1], as: .text, into: &parts)
        default: parts.append(.foreign(byteCount: block.range.count))
        }
    }

    private func read(
        delta: JSONSlice,
        index: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try delta.scan(["type", "text", "partial_json", "thinking"])
        if let json = found[2] {
            if let piece = json.argumentsText { parts.append(.arguments(index: index, piece)) }
        } else if let thinking = found[3] {
            try AnswerText.read(thinking, as: .reasoning, into: &parts)
        } else {
            try AnswerText.read(found[1], as: .text, into: &parts)
        }
    }

    private static func failure(_ error: any Error) -> ProviderFailure {
        (error as? ProviderFailure)
            ?? ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
    }
}

extension JSONSlice {
    /// A string of raw bytes.
    static func string(of text: some Sequence<UInt8>) -> JSONSlice {
        var writer = JSONWriter()
        writer.write(text: text)
        return JSONSlice(written: writer)
    }
}
