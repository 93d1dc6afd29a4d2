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
        "id", "model", "usage", "content", "stop_reason", "type",
    ]
    private static let usageKeys: JSONKeys = [
        "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    ]

    /// Appends the parts of a stream event.
    func read(
        event: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(ProviderFailure) -> Event {
        try guarded { () throws -> Event in
            let found = try event.scan(Self.eventKeys)
            let index = found[5]?.int ?? 0
            switch found[0]?.string {
            case "message_start":
                if let message = found[1] { try readHead(message, into: &parts) }
            case "content_block_start":
                if let block = found[2] { try read(block: block, index: index, into: &parts) }
            case "content_block_delta":
                if let delta = found[3] { try read(delta: delta, index: index, into: &parts) }
            case "message_delta":
                if let usage = found[4] { try read(usage: usage, into: &parts) }
                if let reason = try found[3]?.member("stop_reason")?.string {
                    parts.append(.finish(FinishReason(word: reason)))
                }
            case "message_stop": return .end
            case "error": throw FailureClassifier.inBand(event, family: .anthropic)
            default: break
            }
            return .ordinary
        }
    }

    /// Appends the parts of a whole message.
    func read(message: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        try guarded { () throws -> Void in
            let found = try message.scan(Self.messageKeys)
            if let type = found[5], type.isString("error") {
                throw FailureClassifier.inBand(message, family: .anthropic)
            }
            guard let content = found[3], content.kind == .array else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but holds no content")
            }
            try readHead(message, into: &parts)
            for (index, block) in content.elements.enumerated() {
                try read(block: block, index: index, into: &parts)
            }
            if let reason = found[4]?.string { parts.append(.finish(FinishReason(word: reason))) }
        }
    }

    private func readHead(_ message: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        let found = try message.scan(Self.messageKeys)
        parts.append(.begin(id: found[0], model: found[1]))
        if let usage = found[2] { try read(usage: usage, into: &parts) }
    }

    private func read(usage: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        guard usage.kind == .object else { return }
        let found = try usage.scan(Self.usageKeys).map { $0?.count }
        guard found.contains(where: { $0 != nil }) else { return }
        let counts = TokenUsage(
            input: found[0],
            output: found[1],
            cachedInput: found[2],
            cacheWrite: found[3],
            origin: .provider
        )
        parts.append(.usage(counts, replaces: false))
    }

    private func read(
        block: JSONSlice,
        index: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try block.scan(["type", "text", "thinking", "id", "name", "input"])
        switch found[0]?.string {
        case "text":
            if let text = found[1], text.kind == .string, !text.isEmptyString {
                parts.append(.text(text))
            }
        case "thinking":
            if let thinking = found[2], thinking.kind == .string, !thinking.isEmptyString {
                parts.append(.reasoning(thinking))
            }
        case "tool_use":
            let start = ToolCallStart(id: found[3], name: found[4])
            parts.append(.toolCall(index: index, start))
            // A stream begins with an empty input and brings the rest in deltas.
            if let input = found[5], input.kind == .object,
                input.members.contains(where: { _ in true })
            {
                parts.append(.arguments(index: index, .string(of: input.raw)))
            }
        case "redacted_thinking": break
        default: parts.append(.foreign(byteCount: block.range.count))
        }
    }

    private func read(
        delta: JSONSlice,
        index: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try delta.scan(["type", "text", "partial_json", "thinking"])
        if let text = found[1], text.kind == .string {
            parts.append(.text(text))
        } else if let json = found[2], json.kind == .string {
            parts.append(.arguments(index: index, json))
        } else if let thinking = found[3], thinking.kind == .string {
            parts.append(.reasoning(thinking))
        }
    }

    private func guarded<Result>(
        _ body: () throws -> Result
    ) throws(ProviderFailure) -> Result {
        do {
            return try body()
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        }
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
