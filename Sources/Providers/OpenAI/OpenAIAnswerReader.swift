import Events
import JSONBytes

/// Reads OpenAI's chat completions, whole ones and chunks, into parts.
struct OpenAIAnswerReader {
    private static let keys: JSONKeys = ["id", "model", "choices", "usage", "x_groq", "error"]
    private static let choiceKeys: JSONKeys = ["delta", "message", "finish_reason"]
    private static let messageKeys: JSONKeys = [
        "content", "tool_calls", "reasoning_content", "reasoning", "refusal", "function_call",
        "audio",
    ]
    private static let callKeys: JSONKeys = ["index", "id", "function"]

    /// Whether the last object that was read had a list of choices, and how long it was.
    private(set) var choiceCount: Int?

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
            if let usage = found[3] { try OpenAIUsage.read(usage, into: &parts) }
            if let groq = try found[4]?.member("usage") {
                try OpenAIUsage.read(groq, into: &parts)
            }
        } catch let error as JSONError {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read")
        }
    }

    private func read(choice: JSONSlice, into parts: inout [AnswerPart]) throws {
        let found = try choice.scan(Self.choiceKeys)
        if let message = found[0] ?? found[1] { try read(message: message, into: &parts) }
        guard let reason = found[2]?.string else { return }
        if reason == "error" {
            throw ProviderFailure(.serverError, "the provider ended its answer with an error")
        }
        parts.append(.finish(FinishReason(word: reason)))
    }

    private func read(message: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        let found = try message.scan(Self.messageKeys)
        for reasoning in [found[2] ?? found[3]] {
            if let reasoning, reasoning.kind == .string, !reasoning.isEmptyString {
                parts.append(.reasoning(reasoning))
            }
        }
        for text in [found[0], found[4]] {
            if let text, text.kind == .string, !text.isEmptyString { parts.append(.text(text)) }
        }
        if let calls = found[1] {
            for (position, call) in calls.elements.enumerated() {
                try read(call: call, position: position, into: &parts)
            }
        }
        for foreign in [found[5], found[6]] {
            if let foreign, !foreign.isNull {
                parts.append(.foreign(byteCount: foreign.range.count))
            }
        }
    }

    private func read(
        call: JSONSlice,
        position: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try call.scan(Self.callKeys)
        let index = found[0]?.int ?? position
        let function = try found[2]?.scan(["name", "arguments"]) ?? [nil, nil]
        let name = function[0].flatMap { $0.kind == .string && !$0.isEmptyString ? $0 : nil }
        // A call begins with its name; some servers repeat the id on every delta.
        if name != nil { parts.append(.toolCall(index: index, id: found[1], name: name)) }
        if let arguments = function[1], arguments.kind == .string, !arguments.isEmptyString {
            parts.append(.arguments(index: index, arguments))
        }
    }
}
