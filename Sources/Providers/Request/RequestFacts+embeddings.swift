import Events
import JSONBytes

extension RequestFacts {
    private static let embeddingKeys: JSONKeys = ["model", "input", "prompt", "encoding_format"]

    /// Reads the body of a request for embeddings: each text counts as a message, of which nothing is
    /// answered in tokens.
    mutating func readEmbeddings(_ api: ClientAPI) throws(RequestError) {
        let found = try Field(value: root, path: "").scan(Self.embeddingKeys)
        try readModel(found[0].map { Field(value: $0, path: "model") })
        let name = api == .ollamaEmbeddings ? "prompt" : "input"
        guard let input = found[api == .ollamaEmbeddings ? 2 : 1] else {
            throw RequestError("\(name) is missing", field: name)
        }
        if api == .ollamaEmbeddings { _ = try Field(value: input, path: name).string() }
        let inputs = try EmbeddingRequest.inputs(input)
        messageCount = inputs.count
        if inputs.isEmpty, api == .embeddings {
            throw Field(value: input, path: name).mistyped("at least one text")
        }
        for one in inputs {
            // A token counts as the four bytes of text that one has by rule of thumb.
            promptTextBytes += one.rawText?.count ?? one.elements.reduce(0) { sum, _ in sum + 4 }
        }
        maxOutputTokens = 0
        needs.insert(.embeddings)
        wantsBase64 = found[3]?.isString("base64") ?? false
    }
}
