import Events
import JSONBytes

/// Reads OpenAI's responses, whole ones and the events of streams, as far as the log needs them: the
/// bytes pass.
///
/// Source: OpenAI's API reference, "Responses" and "Streaming events", November 2026.
struct ResponsesAnswerReader {
    private static let keys: JSONKeys = [
        "id", "model", "status", "error", "incomplete_details", "output", "usage", "store",
    ]
    private static let itemKeys: JSONKeys = ["type", "id", "encrypted_content", "name"]
    private static let eventKeys: JSONKeys = [
        "type", "response", "item", "delta", "output_index", "error",
    ]
    private static let usageKeys: JSONKeys = [
        "input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details", "cost",
    ]

    /// When an item is read.
    private enum ItemMoment {
        /// In an answer that is not streamed.
        case alone
        case begun
        case ended
    }

    /// The fingerprints of what only the provider can go on from, oldest first.
    private(set) var held: [UInt64] = []
    /// Whether a tool was called.
    private var callsTools = false

    /// The parts of a body that holds a whole response, and the fingerprints of what only its provider
    /// can go on from.
    ///
    /// - Throws: as `read(_:into:)`, and for what is not JSON.
    static func read(
        _ body: [UInt8]
    ) throws(ProviderFailure) -> (parts: [AnswerPart], held: [UInt64]) {
        let root: JSONSlice
        do {
            root = try JSONSlice(validating: body)
        } catch {
            throw AnswerReader.notJSON(body, error)
        }
        var reader = ResponsesAnswerReader()
        var parts: [AnswerPart] = []
        try reader.read(root, into: &parts)
        return (parts, reader.held)
    }

    /// Appends the parts of a whole response, or of a compaction.
    ///
    /// - Throws: the error in it, or that it is none.
    mutating func read(_ root: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        guard root.kind == .object else {
            throw ProviderFailure(.invalidResponse, "the answer is JSON but not an object")
        }
        do {
            let found = try root.scan(Self.keys)
            try refuseError(found[3], status: found[2], in: root)
            guard let output = found[5], output.kind == .array else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but holds no output")
            }
            for item in output.elements { try read(item: item, .alone, into: &parts) }
            try readEnd(found, into: &parts)
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read")
        }
    }

    /// Appends the parts of an event, and says whether it ends the stream.
    ///
    /// - Throws: the error that it tells of; its counts are among the parts.
    mutating func read(
        event: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(ProviderFailure) -> Bool {
        guard event.kind == .object else {
            throw ProviderFailure(.invalidResponse, "an event of the stream is not an object")
        }
        do {
            let found = try event.scan(Self.eventKeys)
            let type = found[0]?.string ?? ""
            switch type {
            case "response.completed", "response.incomplete", "response.failed",
                "response.cancelled":
                guard let response = found[1] else {
                    throw ProviderFailure(.invalidResponse, "\(type) holds no response")
                }
                return try readFinal(response, into: &parts)
            case "response.created", "response.in_progress", "response.queued":
                if let response = found[1] {
                    let head = try response.scan(["id", "model"])
                    parts.append(.begin(id: head[0], model: head[1]))
                }
            case "response.output_item.added", "response.output_item.done":
                if let item = found[2] {
                    let moment = type.hasSuffix("done") ? ItemMoment.ended : .begun
                    try read(item: item, moment, into: &parts)
                }
            case "error": throw try Self.failure(told: event, error: found[5])
            default:
                if let error = found[5], error.kind == .object {
                    throw FailureClassifier.inBand(event, family: .openai)
                }
                read(delta: found[3], of: type, into: &parts)
            }
            return false
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "an event can't be read: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "an event can't be read")
        }
    }

    /// The failure that an event of type `error` tells of: in itself, or as some servers do in a member.
    private static func failure(
        told event: JSONSlice,
        error: JSONSlice?
    ) throws(JSONError) -> ProviderFailure {
        guard error?.kind != .object else {
            return FailureClassifier.inBand(event, family: .openai)
        }
        var writer = JSONWriter(capacity: event.range.count + 16)
        writer.object { root in
            root.name("error")
            root.write(event)
        }
        return FailureClassifier.inBand(
            try JSONSlice(validating: writer.bytes),
            family: .openai
        )
    }

    /// The event that ends a stream holds the whole response, whose items came before.
    private mutating func readFinal(
        _ response: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws -> Bool {
        let found = try response.scan(Self.keys)
        try readEnd(found, into: &parts)
        try refuseError(found[3], status: found[2], in: response)
        return true
    }

    private mutating func readEnd(
        _ found: [JSONSlice?],
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        parts.append(.begin(id: found[0], model: found[1]))
        // What is not stored can't be gone on from.
        if found[7]?.bool != false, let id = found[0]?.text { hold(id) }
        if let usage = found[6] { try Self.read(usage: usage, into: &parts) }
        if let finish = try finish(found[2]?.string, found[4]) { parts.append(.finish(finish)) }
    }

    private func finish(
        _ status: String?,
        _ details: JSONSlice?
    ) throws(JSONError) -> FinishReason? {
        switch status {
        // A compaction has no status.
        case "completed", nil: return callsTools ? .toolCalls : .stop
        case "incomplete":
            let reason = try details?.member("reason")?.string
            switch reason {
            case "max_output_tokens", nil: return .length
            case "content_filter": return .contentFilter
            case let word?: return FinishReason(word: word)
            }
        // One that runs in the background has not ended.
        case "queued", "in_progress": return nil
        case let word?: return FinishReason(word: word)
        }
    }

    private func refuseError(
        _ error: JSONSlice?,
        status: JSONSlice?,
        in response: JSONSlice
    ) throws(ProviderFailure) {
        if let error, !error.isNull {
            throw FailureClassifier.inBand(response, family: .openai)
        }
        guard status?.isString("failed") == true else { return }
        throw ProviderFailure(.serverError, "the provider's response failed without a reason")
    }

    private mutating func read(
        item: JSONSlice,
        _ moment: ItemMoment,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard item.kind == .object else { return }
        let found = try item.scan(Self.itemKeys)
        if moment != .begun, let text = found[2]?.text, !text.isEmpty { hold(text) }
        let isCall =
            found[0]?.isString("function_call") == true
            || found[0]?.isString("custom_tool_call") == true
        if isCall { callsTools = true }
        switch moment {
        case .begun where isCall:
            parts.append(.toolCall(index: 0, ToolCallStart(name: found[3])))
        case .begun: parts.append(.foreign(byteCount: 0))
        // Its text came in pieces before.
        case .ended: break
        case .alone: parts.append(.foreign(byteCount: item.range.count))
        }
    }

    private func read(delta: JSONSlice?, of type: String, into parts: inout [AnswerPart]) {
        guard type.hasSuffix(".delta"), let delta else { return }
        guard delta.kind == .string else {
            return parts.append(.foreign(byteCount: delta.range.count))
        }
        switch type {
        case "response.output_text.delta", "response.refusal.delta": parts.append(.text(delta))
        case "response.reasoning_text.delta": parts.append(.reasoning(delta))
        // A summary is not what is paid for, but something of the answer.
        case "response.reasoning_summary_text.delta": parts.append(.foreign(byteCount: 0))
        default: parts.append(.arguments(index: 0, delta))
        }
    }

    /// OpenAI's input tokens include the cached ones, ours exclude them.
    private static func read(
        usage: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard usage.kind == .object else { return }
        let found = try usage.scan(usageKeys)
        let cached = try found[2]?.member("cached_tokens")?.count
        var counts = TokenUsage(
            input: found[0]?.count.map { max(0, $0 - (cached ?? 0)) },
            output: found[1]?.count,
            cachedInput: cached,
            reasoning: try found[3]?.member("reasoning_tokens")?.count
        )
        if counts.input != nil || counts.output != nil {
            counts.origin = .provider
            parts.append(.usage(counts, replaces: true))
        }
        if let cost = found[4]?.numberText ?? found[4]?.string, let receipt = Receipt.parse(cost) {
            parts.append(.receipt(receipt))
        }
    }

    private mutating func hold(_ text: ArraySlice<UInt8>) {
        let fingerprint = HeldText.fingerprint(text)
        held.removeAll { $0 == fingerprint }
        held.append(fingerprint)
        if held.count > AttemptFinished.heldLimit { held.removeFirst() }
    }
}

extension ResponsesAnswerReader {
    /// The response in the event that ended a stream, as it was sent; `nil` where there is none.
    static func response(in event: [UInt8]) -> [UInt8]? {
        var data: [UInt8] = []
        for line in event.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        where line.starts(with: "data:".utf8) {
            data += line.dropFirst("data:".utf8.count)
        }
        do {
            return try JSONSlice(validating: data).member("response").map { Array($0.raw) }
        } catch {
            // It was read before, so that this is what nobody meets; then nothing is kept.
            return nil
        }
    }
}
