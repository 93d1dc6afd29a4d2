import Events
import JSONBytes

extension ParsedRequest {
    private static let embeddingKeys: JSONKeys = ["model", "input", "prompt", "encoding_format"]

    /// Reads the body of a request for embeddings: each text counts as a message, of which nothing is
    /// answered in tokens.
    mutating func readEmbeddings(_ api: ClientAPI) throws(RequestError) {
        let found = try Field(value: root, path: "").scanDeciding(Self.embeddingKeys)
        try readModel(found[0].map { Field(value: $0, path: "model") })
        let name = api == .ollamaEmbeddings ? "prompt" : "input"
        guard let input = found[api == .ollamaEmbeddings ? 2 : 1] else {
            throw RequestError("\(name) is missing", field: name)
        }
        let inputs = Self.inputs(input)
        messageCount = inputs.count
        for one in inputs {
            // A token counts as the bytes of text that one is taken to have.
            promptTextBytes +=
                one.rawText?.count
                ?? (one.kind == .array
                    ? one.elements.reduce(0) { sum, _ in sum + TokenEstimate.bytesPerToken }
                    : one.range.count)
        }
        maxOutputTokens = 0
        needs.insert(.embeddings)
        wantsBase64 = found[3]?.isString("base64") ?? false
    }

    /// What is embedded, each with a vector of its own: texts, their tokens, or what else a provider
    /// takes.
    private static func inputs(_ value: JSONSlice) -> [JSONSlice] {
        guard value.kind == .array else { return [value] }
        let elements = Array(value.elements)
        let isTokens = !elements.isEmpty && elements.allSatisfy { $0.kind == .number }
        return isTokens ? [value] : elements
    }
}
