import Events
import JSONBytes

extension ParsedRequest {
    private static let geminiKeys: GeminiKeys = [
        "contents", "systemInstruction", "tools", "generationConfig",
    ]
    private static let contentKeys: JSONKeys = ["role", "parts"]
    private static let partKeys: GeminiKeys = [
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "thought",
    ]
    private static let configKeys: GeminiKeys = [
        "maxOutputTokens", "temperature", "candidateCount", "responseMimeType", "thinkingConfig",
    ]

    /// Takes what stands in the address of a request to Gemini's API.
    mutating func readAddress(_ address: ModelAddress?) throws(RequestError) {
        guard let address, !address.model.isEmpty else {
            throw RequestError("the address names no model: …/models/NAME:METHOD", field: "model")
        }
        model = address.model
        streamed = address.stream != nil
        if streamed { needs.insert(.streaming) }
    }

    /// Reads the body of Gemini's `:generateContent`.
    mutating func readGenerateContent() throws(RequestError) {
        let found = try Self.geminiKeys.scanDeciding(Field(value: root, path: ""))
        guard let contents = found[0] else {
            throw RequestError("contents is missing", field: "contents")
        }
        for content in try contents.listed() { try readContent(content) }
        if messageCount == 0 { throw contents.mistyped("an array of at least one content") }
        if let system = found[1] {
            let last = instruction
            try readSystem(system)
            instruction = last
        }
        for tool in try found[2]?.listed() ?? [] {
            let functions = try GeminiRequestReader.functions(of: tool)
            guard let functions, functions.value.range.count > 2 else { continue }
            needs.insert(.tools)
            toolDefinitionBytes += functions.value.range.count
        }
        if let config = found[3] { try readConfig(config) }
    }

    private mutating func readSystem(_ system: Field) throws(RequestError) {
        if let text = system.value.rawText {
            promptTextBytes += text.count
        } else {
            try readParts(of: system)
        }
    }

    private mutating func readContent(_ content: Field) throws(RequestError) {
        messageCount += 1
        let role = try content.scanDeciding(Self.contentKeys)[0]
        lastText = nil
        try readParts(of: content)
        if let lastText, role?.isString("user") ?? true { instruction = lastText }
    }

    private mutating func readParts(of content: Field) throws(RequestError) {
        guard let parts = try content.scanDeciding(Self.contentKeys)[1] else { return }
        let field = Field(value: parts, path: content.path + ".parts")
        for part in try field.listed() {
            let found = try Self.partKeys.scanDeciding(part)
            if let text = found[0]?.value.rawText {
                promptTextBytes += text.count
                if found[5]?.value.bool != true { lastText = text }
            }
            let data = found[1] ?? found[2]
            if try data.map(GeminiRequestReader.mediaType)?.hasPrefix("image/") == true {
                needs.insert(.vision)
            }
            // A result may hold pictures beside its `response`, which are no text.
            let said = [
                try found[3]?.scanDeciding(["args"])[0],
                try found[4]?.scanDeciding(["response"])[0],
            ]
            promptTextBytes += said.reduce(0) { $0 + ($1?.range.count ?? 0) }
        }
    }

    private mutating func readConfig(_ config: Field) throws(RequestError) {
        let found = try Self.configKeys.scanDeciding(config)
        if let limit = try found[0]?.writtenInt(), limit > 0 { maxOutputTokens = limit }
        temperature = try found[1]?.number().double
        if let count = try found[2]?.writtenInt() { choices = max(1, count) }
        if let type = found[3], !type.value.isString("text/plain"), !type.value.isEmptyString {
            needs.insert(.structuredOutput)
        }
        if let thinking = found[4] {
            let keys: GeminiKeys = ["includeThoughts"]
            wantsThoughts = try keys.scanDeciding(thinking)[0]?.bool() ?? false
        }
    }

    private static let embedKeys: GeminiKeys = ["requests", "content"]

    /// Reads the body of Gemini's `:embedContent` and `:batchEmbedContents`: each text counts as a
    /// message, of which nothing is answered in tokens.
    mutating func readEmbedContents(_ api: ClientAPI) throws(RequestError) {
        let request = try EmbeddingRequest.read(root, api: api)
        embeddings = request
        messageCount = request.inputs.count
        for input in request.inputs { promptTextBytes += input.rawText?.count ?? 0 }
        maxOutputTokens = 0
        needs.insert(.embeddings)
    }
}
