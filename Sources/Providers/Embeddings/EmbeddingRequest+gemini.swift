import JSONBytes

extension EmbeddingRequest {
    private static let batchKeys: GeminiKeys = ["requests"]
    private static let oneKeys: GeminiKeys = [
        "content", "outputDimensionality", "taskType", "title", "model",
    ]
    private static let oneNames: Set<String> = [
        "content", "outputDimensionality", "taskType", "title", "model",
    ]

    /// Reads the body of Gemini's `:embedContent` or `:batchEmbedContents`.
    ///
    /// Source: Google's API reference, "Embeddings", November 2026.
    static func readGemini(
        _ root: JSONSlice,
        api: ClientAPI
    ) throws(RequestError) -> EmbeddingRequest {
        var request = EmbeddingRequest()
        let body = Field(value: root, path: "")
        if api == .embedContent {
            try request.readOne(body)
            return request
        }
        guard let requests = try batchKeys.scan(body)[0] else {
            throw RequestError("requests is missing", field: "requests")
        }
        for one in try requests.listed() { try request.readOne(one) }
        if request.inputs.isEmpty { throw requests.mistyped("an array of at least one request") }
        return request
    }

    private mutating func readOne(_ one: Field) throws(RequestError) {
        let prefix = one.path.isEmpty ? "" : one.path + "."
        let found = try Self.oneKeys.scan(one)
        guard let content = found[0] else {
            throw RequestError("\(prefix)content is missing", field: prefix + "content")
        }
        let parts = try content.scan(["parts"])[0]
        var texts: [JSONSlice] = []
        if let parts {
            for part in try Field(value: parts, path: content.path + ".parts").listed() {
                if let text = try part.scan(["text"])[0] {
                    texts.append(try Field(value: text, path: part.path + ".text").string())
                } else {
                    // A picture or a sound, of which only its own models make vectors.
                    findings.append(Conversation.Finding(feature: .foreign, path: part.path))
                }
            }
        }
        inputs.append(texts.count == 1 ? texts[0] : .joined(texts))
        if let wanted = found[1] {
            _ = try wanted.writtenInt()
            if let dimensions, !dimensions.raw.elementsEqual(wanted.value.raw) {
                // Other APIs have one length for all.
                findings.append(Conversation.Finding(feature: .foreign, path: wanted.path))
            }
            dimensions = wanted.value
        }
        // What the vectors are for, which changes how good they are for it.
        for hint in [found[2], found[3]].compactMap(\.self) {
            findings.append(Conversation.Finding(feature: .hint, path: hint.path))
        }
        for member in one.value.members where !member.value.isNull {
            let name = member.name.string ?? ""
            guard !Self.oneNames.contains(GeminiKeys.spelled(name)) else { continue }
            findings.append(Conversation.Finding(feature: .hint, path: prefix + name))
        }
    }
}

extension JSONSlice {
    /// One string of several, which are strings.
    static func joined(_ strings: [JSONSlice], separator: String = "") -> JSONSlice {
        var writer = JSONWriter()
        writer.write(joined: strings, separator: separator)
        return JSONSlice(written: writer)
    }
}
