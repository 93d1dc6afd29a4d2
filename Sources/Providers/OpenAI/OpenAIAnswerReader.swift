import Events
import JSONBytes

/// Reads OpenAI's chat completions and completions of prompts, whole ones and chunks, into parts.
struct OpenAIAnswerReader {
    private static let keys: JSONKeys = ["id", "model", "choices", "usage", "x_groq", "error"]
    private static let choiceKeys: JSONKeys = ["delta", "message", "finish_reason", "text"]
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
        if let message = found[0] ?? found[1] {
            // Together says the text of a chat's chunk a second time, as a completion's.
            try read(message: message, into: &parts)
        } else if let text = found[3]?.nonEmptyString {
            parts.append(.text(text))
        }
        guard let reason = found[2]?.string else { return }
        if reason == "error" {
            throw ProviderFailure(.serverError, "the provider ended its answer with an error")
        }
        parts.append(.finish(FinishReason(word: reason)))
    }

    private func read(message: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        let found = try message.scan(Self.messageKeys)
        if let reasoning = (found[2] ?? found[3])?.nonEmptyString {
            parts.append(.reasoning(reasoning))
        }
        if let text = found[0]?.nonEmptyString { parts.append(.text(text)) }
        if let refusal = found[4]?.nonEmptyString { parts.append(.text(refusal)) }
        if let calls = found[1] {
            for (position, call) in calls.elements.enumerated() {
                try read(call: call, position: position, into: &parts)
            }
        }
        noteForeign(found[5], in: &parts)
        noteForeign(found[6], in: &parts)
    }

    private func noteForeign(_ value: JSONSlice?, in parts: inout [AnswerPart]) {
        if let value, !value.isNull { parts.append(.foreign(byteCount: value.range.count)) }
    }

    private func read(
        call: JSONSlice,
        position: Int,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try call.scan(Self.callKeys)
        let index = found[0]?.int ?? position
        let function = try found[2]?.scan(["name", "arguments"]) ?? [nil, nil]
        let name = function[0]?.nonEmptyString
        // A call begins with its name; some servers repeat the id on every delta.
        if name != nil {
            parts.append(.toolCall(index: index, ToolCallStart(id: found[1], name: name)))
        }
        if let arguments = function[1]?.nonEmptyString {
            parts.append(.arguments(index: index, arguments))
        }
    }
}

extension JSONSlice {
    /// The value, if it is a string with something in it.
    var nonEmptyString: JSONSlice? { kind == .string && range.count > 2 ? self : nil }
}
