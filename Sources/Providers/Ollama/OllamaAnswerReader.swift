import Events
import JSONBytes

/// Reads Ollama's answers to `/api/chat` and `/api/generate`, a whole one and lines of a stream, into
/// parts.
struct OllamaAnswerReader {
    private static let keys: JSONKeys = [
        "model", "message", "done", "done_reason", "prompt_eval_count", "eval_count", "error",
        "response", "thinking",
    ]
    private static let messageKeys: JSONKeys = ["content", "thinking", "tool_calls"]

    /// The calls so far, which have no index of their own.
    private var callCount = 0

    /// Appends the parts of a line, and says whether it is the last one.
    mutating func read(
        _ root: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(ProviderFailure) -> Bool {
        do {
            let found = try root.scan(Self.keys)
            if let error = found[6], !error.isNull {
                throw FailureClassifier.inBand(root, family: .ollama)
            }
            guard found[1] != nil || found[2] != nil else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but holds no message")
            }
            parts.append(.begin(id: nil, model: found[0]))
            if let message = found[1] { try read(message: message, into: &parts) }
            try AnswerText.read(found[8], as: .reasoning, into: &parts)
            try AnswerText.read(found[7], as: .text, into: &parts)
            guard found[2]?.bool == true else { return false }
            readEnd(
                reason: found[3]?.nonEmptyString?.string,
                input: found[4]?.count,
                output: found[5]?.count,
                &parts
            )
            return true
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read")
        }
    }

    private mutating func read(
        message: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try message.scan(Self.messageKeys)
        try AnswerText.read(found[1], as: .reasoning, into: &parts)
        try AnswerText.read(found[0], as: .text, into: &parts)
        guard let calls = found[2] else { return }
        for call in calls.elements {
            let id = try call.member("id")
            let function = try call.member("function")?.scan(["name", "arguments"]) ?? [nil, nil]
            let start = ToolCallStart(id: id?.scalarText, name: function[0])
            parts.append(.toolCall(index: callCount, start))
            if let arguments = function[1]?.argumentsText {
                parts.append(.arguments(index: callCount, arguments))
            }
            callCount += 1
        }
    }

    /// Counts that are absent, as the prompt's is when it was cached, are unknown.
    private func readEnd(
        reason: String?,
        input: Int?,
        output: Int?,
        _ parts: inout [AnswerPart]
    ) {
        if input != nil || output != nil {
            let counts = TokenUsage(input: input, output: output, origin: .provider)
            parts.append(.usage(counts, replaces: true))
        }
        // Ollama says "stop" after a tool call too; old versions say nothing.
        let finish = FinishReason(word: reason ?? "stop")
        parts.append(.finish(finish == .stop && callCount > 0 ? .toolCalls : finish))
    }
}
