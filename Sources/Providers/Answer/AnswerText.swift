import JSONBytes

/// Reads text of an answer in every shape that servers give it: a string, a list of parts, thinking
/// and summaries nested in them, an object, a number.
///
/// What is there is never nothing.
///
/// Sources: docs.mistral.ai, "Reasoning" (parts of thinking); openrouter.ai/docs, "Reasoning tokens"
/// (`reasoning_details`); docs.litellm.ai, "Reasoning content" (`thinking_blocks`); November 2026.
enum AnswerText {
    /// What the text is, unless a part of it says otherwise.
    enum Role {
        case text
        case reasoning
    }

    private static let keys: JSONKeys = [
        "type", "text", "thinking", "reasoning", "summary", "content", "refusal", "value",
        "image_url", "url", "b64_json",
    ]

    /// Appends the parts of a value; says whether there was something in it.
    @discardableResult
    static func read(
        _ value: JSONSlice?,
        as role: Role,
        into parts: inout [AnswerPart]
    ) throws(JSONError) -> Bool {
        guard let value else { return false }
        switch value.kind {
        case .null: return false
        case .string:
            guard !value.isEmptyString else { return false }
            parts.append(role == .text ? .text(value) : .reasoning(value))
            return true
        case .array:
            var isThere = false
            for element in value.elements where try read(part: element, as: role, into: &parts) {
                isThere = true
            }
            return isThere
        case .object:
            if try read(part: value, as: role, into: &parts, isWhole: true) { return true }
            return false
        case .number, .bool:
            return try read(.string(of: value.raw), as: role, into: &parts)
        }
    }

    /// Appends one part of a list; `isWhole` says that the object stands where a text does, so that
    /// one of no known form is the JSON that the model wrote.
    private static func read(
        part: JSONSlice,
        as role: Role,
        into parts: inout [AnswerPart],
        isWhole: Bool = false
    ) throws(JSONError) -> Bool {
        guard part.kind == .object else { return try read(part, as: role, into: &parts) }
        let found = try part.scan(keys)
        let type = found[0]?.string ?? ""
        // Its text is nobody's to read.
        if type.contains("encrypted") || type.contains("redacted") { return false }
        if type.hasPrefix("thinking") || type.hasPrefix("reasoning") {
            return try readFirst(found[1...7], as: .reasoning, into: &parts)
        }
        if let url = found[8] ?? (type.contains("image") ? found[9] : nil) {
            return try read(picture: url, of: part, into: &parts)
        }
        if let data = found[10]?.nonEmptyString {
            parts.append(.picture(.dataURL("image/png", data)))
            return true
        }
        // The JSON that the model wrote, read by the server, with whatever members it has.
        if isWhole, type.isEmpty, part.members.dropFirst().contains(where: { _ in true }) {
            return try read(.string(of: part.raw), as: role, into: &parts)
        }
        if found[1...7].contains(where: { $0 != nil }) {
            return try readFirst(found[1...7], as: role, into: &parts)
        }
        if isWhole, type.isEmpty {
            return try read(.string(of: part.raw), as: role, into: &parts)
        }
        parts.append(.foreign(byteCount: part.range.count))
        return true
    }

    /// Appends the first of several values that has something in it.
    private static func readFirst(
        _ values: ArraySlice<JSONSlice?>,
        as role: Role,
        into parts: inout [AnswerPart]
    ) throws(JSONError) -> Bool {
        for value in values where try read(value, as: role, into: &parts) {
            return true
        }
        return false
    }

    private static func read(
        picture url: JSONSlice,
        of part: JSONSlice,
        into parts: inout [AnswerPart]
    ) throws(JSONError) -> Bool {
        let address = url.kind == .object ? try url.member("url") : url
        if let address = address?.nonEmptyString {
            parts.append(.picture(address))
        } else {
            parts.append(.foreign(byteCount: part.range.count))
        }
        return true
    }
}

extension JSONSlice {
    /// The address of a picture that is given as base64, a string.
    static func dataURL(_ type: String, _ data: JSONSlice) -> JSONSlice {
        let head = JSONSlice.string(of: "data:\(type);base64,".utf8).rawText ?? []
        return .quoting(raw: head + (data.rawText ?? []))
    }
}
