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
        "text", "thought", "functionCall", "inlineData", "fileData", "executableCode",
        "codeExecutionResult", "thoughtSignature",
    ]
    private static let callKeys: JSONKeys = ["id", "name", "args"]

    /// The calls so far, which have no index of their own.
    private var callCount = 0

    /// Appends the parts of an answer or an event.
    ///
    /// - Throws: the error object inside of it, or what is wrong with it.
    mutating func read(_ root: JSONSlice, into parts: inout [AnswerPart]) throws(ProviderFailure) {
        let before = parts.count
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
                let isLast = parts[before...].contains { part in
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
        try read(content: found[0], into: &parts)
        // Its enumerations have a word for "none was given".
        guard let word = found[1]?.nonEmptyString?.string, word != "FINISH_REASON_UNSPECIFIED"
        else { return }
        if Self.spoiled.contains(word) {
            let said = found[2]?.string.map { ": " + $0 } ?? ""
            throw ProviderFailure(.malformedOutput, "the answer ended with \(word)\(said)")
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

    /// Parts are a list; one alone, or a text where the parts or the content stand, is read as well.
    private mutating func read(
        content: JSONSlice?,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard let content else { return }
        let list = content.kind == .object ? try content.member("parts") : content
        switch list?.kind {
        case .array:
            for part in list?.elements.map({ $0 }) ?? [] {
                if part.kind == .object {
                    try read(part: part, into: &parts)
                } else {
                    try AnswerText.read(part, as: .text, into: &parts)
                }
            }
        case .object: if let list { try read(part: list, into: &parts) }
        case nil: try AnswerText.read(content.member("text"), as: .text, into: &parts)
        default: try AnswerText.read(list, as: .text, into: &parts)
        }
    }

    private mutating func read(
        part: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        let found = try part.scan(Self.partKeys)
        if let text = found[0], !text.isNull {
            let role: AnswerText.Role = found[1]?.bool == true ? .reasoning : .text
            try AnswerText.read(text, as: role, into: &parts)
        } else if let call = found[2], call.kind == .object {
            let signature = found[7]?.nonEmptyString
            let found = try call.scan(Self.callKeys)
            let start = ToolCallStart(
                id: found[0]?.scalarText,
                name: found[1],
                signature: signature
            )
            parts.append(.toolCall(index: callCount, start))
            parts.append(
                .arguments(index: callCount, found[2]?.argumentsText ?? .string(of: "{}".utf8))
            )
            callCount += 1
        } else if try !read(file: found[3] ?? found[4], into: &parts),
            try !read(code: found[5], found[6], into: &parts)
        {
            // A signature of thoughts may come in a part of its own; that one holds no answer.
            if found[7] != nil { return }
            parts.append(.foreign(byteCount: part.range.count))
        }
    }

    /// A picture by its bytes or its address; any other file has no neutral form.
    private func read(
        file: JSONSlice?,
        into parts: inout [AnswerPart]
    ) throws(JSONError) -> Bool {
        guard let file, file.kind == .object else { return false }
        let found = try file.scan(["mimeType", "data", "fileUri"])
        let type = found[0]?.string ?? ""
        if let data = found[1]?.nonEmptyString, type.hasPrefix("image/") {
            parts.append(.picture(.dataURL(type, data)))
        } else if let address = found[2]?.nonEmptyString, type.hasPrefix("image/") {
            parts.append(.picture(address))
        } else {
            parts.append(.foreign(byteCount: file.range.count))
        }
        return true
    }

    /// Code that ran at Google, and what came of it, as the text that people are shown.
    private func read(
        code: JSONSlice?,
        _ result: JSONSlice?,
        into parts: inout [AnswerPart]
    ) throws(JSONError) -> Bool {
        guard let value = code ?? result, value.kind == .object else { return false }
        let found = try value.scan(["language", "code", "output"])
        let language = found[0]?.string?.lowercased() ?? ""
        let text = (found[1] ?? found[2])?.string ?? ""
        parts.append(.text(.string(of: "\n```\(language)\n\(text)\n```\n".utf8)))
        return true
    }
}
