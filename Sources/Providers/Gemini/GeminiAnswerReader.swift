import Events
import JSONBytes

/// Reads Gemini's answers, whole ones and the events of a stream, which have one form, into parts.
///
/// Source: Google's API reference, "GenerateContentResponse", November 2026.
struct GeminiAnswerReader {
    private static let keys: JSONKeys = [
        "candidates", "usageMetadata", "promptFeedback", "responseId", "modelVersion", "error",
    ]
    private static let candidateKeys: JSONKeys = ["content", "finishReason", "finishMessage"]
    private static let partKeys: JSONKeys = [
        "text", "thought", "functionCall", "thoughtSignature",
    ]
    private static let callKeys: JSONKeys = ["id", "name", "args"]

    /// The calls so far, which have no index of their own.
    private var callCount = 0

    /// Appends the parts of an answer or an event.
    ///
    /// - Throws: the error object inside of it, or what is wrong with it.
    mutating func read(_ root: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        do {
            // Without `alt=sse` an error in a stream is in a list.
            if root.kind == .array, let first = root.elements.first(where: { _ in true }) {
                return try read(first, into: &parts)
            }
            guard root.kind == .object else {
                throw ProviderFailure(.invalidResponse, "the answer is JSON but not an object")
            }
            let found = try root.scan(Self.keys)
            if let error = found[5], !error.isNull {
                throw FailureClassifier.inBand(root, family: .gemini)
            }
            guard found[0] != nil || found[1] != nil || found[2] != nil else {
                throw ProviderFailure(
                    .invalidResponse,
                    "the answer is JSON but holds no candidates"
                )
            }
            parts.append(.begin(id: found[3], model: found[4]))
            // Several candidates come only to a request that asks for them, which none does.
            if let candidate = found[0]?.elements.first(where: { _ in true }) {
                try read(candidate: candidate, into: &parts)
            } else if try found[2]?.member("blockReason")?.nonEmptyString != nil {
                // A blocked prompt has no candidates.
                parts.append(.finish(.contentFilter))
            }
            if let usage = found[1] {
                let isLast = parts.contains { part in
                    if case .finish = part { true } else { false }
                }
                try GeminiUsage.read(usage, isLast: isLast, into: &parts)
            }
        } catch let failure as ProviderFailure {
            throw failure
        } catch {
            throw ProviderFailure(.invalidResponse, "the answer can't be read: \(error)")
        }
    }

    private mutating func read(candidate: JSONSlice, into parts: inout [AnswerPart]) throws {
        let found = try candidate.scan(Self.candidateKeys)
        if let list = try found[0]?.member("parts"), list.kind == .array {
            for part in list.elements { try read(part: part, into: &parts) }
        }
        guard let word = found[1]?.string else { return }
        if Self.spoiled.contains(word) {
            let said = found[2]?.string.map { ": " + $0 } ?? ""
            throw ProviderFailure(.serverError, "the answer ended with \(word)\(said)")
        }
        let finish = FinishReason(word: word)
        // It says STOP after a call too.
        parts.append(.finish(finish == .stop && callCount > 0 ? .toolCalls : finish))
    }

    /// Ends that leave no answer: the model wrote a call that is none, which another try or another
    /// model may not.
    private static let spoiled: Set<String> = [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE",
        "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
    ]

    private mutating func read(
        part: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try part.scan(Self.partKeys)
        if let text = found[0], text.kind == .string {
            guard !text.isEmptyString else { return }
            parts.append(found[1]?.bool == true ? .reasoning(text) : .text(text))
        } else if let call = found[2], call.kind == .object {
            let signature = found[3]?.nonEmptyString
            let found = try call.scan(Self.callKeys)
            let start = ToolCallStart(id: found[0], name: found[1], signature: signature)
            parts.append(.toolCall(index: callCount, start))
            let arguments = found[2].map { JSONSlice.string(of: $0.raw) }
            parts.append(.arguments(index: callCount, arguments ?? .string(of: "{}".utf8)))
            callCount += 1
        } else {
            parts.append(.foreign(byteCount: part.range.count))
        }
    }
}
