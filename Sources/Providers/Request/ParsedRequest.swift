import Events
import JSONBytes

/// What a request says about itself, read in one pass over the body and one over its messages.
struct ParsedRequest {
    let root: JSONSlice
    var model = ""
    var streamed = false
    var wantsStreamedUsage = false
    var maxOutputTokens: Int?
    var choices = 1
    var temperature: Double?
    var messageCount = 0
    var promptTextBytes = 0
    var toolDefinitionBytes = 0
    var needs: Capabilities = []
    /// The last text that the user wrote, as it stands in the JSON.
    var instruction: ArraySlice<UInt8> = []
    /// The last text at the top of the content that was read.
    var lastText: ArraySlice<UInt8>?
    /// Whether a part of a message is what a model thought, in Anthropic's form.
    var hasThinking = false
    var metadata: [String: String] = [:]
    /// Whether embeddings are wanted as base64.
    var wantsBase64 = false
    /// What a request to OpenAI's responses says of things that stand elsewhere.
    var links = ResponseLinks()
    /// Whether the body names a model, and where, in a form.
    var namesModel = false
    var modelRange: Range<Int>?
    /// What was read already of a request for embeddings.
    var embeddings: EmbeddingRequest?
    /// The files that the prompt names by the ids that a provider gave them, at most `fileLimit`.
    var fileIDs: [String] = []
    /// A provider that keeps one of them keeps them all, or nobody can answer.
    private static let fileLimit = 8
    /// Whether thoughts are wanted in the answer.
    var wantsThoughts = false
    /// Fields that would have a provider answer with another model than the one that it is asked for.
    var rerouting: [String] = []
    /// Fields that ask for what prices per token don't cover.
    var surcharges: [String] = []

    /// The most answers that are counted, so that sums stay small.
    static let choiceLimit = 1 << 20
    private static let keys: JSONKeys = [
        "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens",
        "temperature", "tools", "response_format", "metadata", "system", "functions",
        "n", "thinking",
    ]

    /// Reads a request of an API from its body, which is JSON.
    ///
    /// - Throws: `RequestError` for missing, duplicate or mistyped fields among those that are read.
    init(api: ClientAPI, root: JSONSlice, address: ModelAddress? = nil) throws(RequestError) {
        self.root = root
        try Field(value: root, path: "").require(.object, "a JSON object")
        switch api {
        case .chatCompletions, .messages:
            try readChat(api.family)
            try readBesides()
        case .completions:
            try readCompletions()
            try readBesides()
        case .responses, .compaction:
            try readResponses()
            try readBesides()
        case .ollamaChat: try readOllamaChat()
        case .ollamaGenerate: try readOllamaGenerate()
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings: try readEmbeddings(api)
        case .images, .transcriptions, .speech, .moderations, .rerank, .files:
            preconditionFailure("a request that passes is read with its passage")
        case .generateContent:
            try readAddress(address)
            try readGenerateContent()
        case .embedContent, .batchEmbedContents:
            try readAddress(address)
            try readEmbedContents(api)
        }
    }

    private mutating func readChat(_ family: WireFamily) throws(RequestError) {
        let found: [JSONSlice?]
        do {
            found = try root.scan(Self.keys, refusingVariants: true)
        } catch {
            throw RequestError(error)
        }
        func field(_ index: Int, _ name: String) -> Field? {
            guard let value = found[index], !value.isNull else { return nil }
            return Field(value: value, path: name)
        }
        try readModel(field(0, "model"))
        guard let messages = field(1, "messages") else {
            throw RequestError("messages is missing", field: "messages")
        }
        streamed = try field(2, "stream")?.flag() ?? false
        // Servers that know one of them alone go by that one.
        let limits = [field(5, "max_completion_tokens"), field(4, "max_tokens")]
        maxOutputTokens = limits.lazy.compactMap { $0?.amount }.max()
        if family == .openai, let count = field(12, "n")?.amount {
            choices = min(max(1, count), Self.choiceLimit)
        }
        temperature = field(6, "temperature")?.finite
        try readMessages(messages)
        if let system = field(10, "system"), family == .anthropic {
            try readContent(system, depth: 0)
        }
        if family == .anthropic, let thinking = field(13, "thinking"),
            try thinking.lookUp(["type"])[0]?.isString("enabled") == true
        {
            needs.insert(.reasoning)
        }
        try readTools(field(7, "tools") ?? field(11, "functions"))
        if streamed { needs.insert(.streaming) }
        if family == .openai {
            try readOpenAI(
                streamOptions: field(3, "stream_options"),
                format: field(8, "response_format")
            )
        }
        try readMetadata(field(9, "metadata"))
    }

    mutating func readModel(_ model: Field?) throws(RequestError) {
        guard let model else {
            throw RequestError("model is missing: name a model, or 'auto'", field: "model")
        }
        self.model = try model.string().string ?? ""
        if self.model.isEmpty { throw model.mistyped("a model's name, or 'auto'") }
    }

    mutating func readTools(_ tools: Field?) throws(RequestError) {
        guard let tools, tools.value.elements.contains(where: { _ in true }) else { return }
        needs.insert(.tools)
        toolDefinitionBytes = tools.value.range.count
    }

    private mutating func readOpenAI(streamOptions: Field?, format: Field?) throws(RequestError) {
        if let usage = try streamOptions?.lookUp(["include_usage"])[0] {
            wantsStreamedUsage = usage.bool ?? false
        }
        if let type = try format?.lookUp(["type"])[0], !type.isString("text") {
            needs.insert(.structuredOutput)
        }
    }

    mutating func readMetadata(_ field: Field?) throws(RequestError) {
        guard let field else { return }
        for member in field.value.members {
            guard let name = member.name.string else { continue }
            let value = member.value
            guard
                let value = value.string ?? value.numberText
                    ?? value.bool.map({ $0 ? "true" : "false" })
            else { continue }
            guard metadata.updateValue(value, forKey: name) == nil else {
                let offset = member.name.range.lowerBound
                throw RequestError(
                    "duplicate member '\(name)' in metadata at byte \(offset)",
                    field: "metadata.\(name)",
                    offset: offset
                )
            }
        }
    }

    private static let messageKeys: JSONKeys = ["role", "content", "tool_calls"]

    mutating func readMessages(_ messages: Field) throws(RequestError) {
        try messages.require(.array, "an array")
        for message in messages.value.elements {
            let field = Field(value: message, path: "messages[\(messageCount)]")
            let found = try field.lookUp(Self.messageKeys)
            let isUser = found[0]?.isString("user") ?? false
            lastText = nil
            if let content = found[1] {
                // Its path is made only where something in it needs one.
                if let text = content.rawText {
                    promptTextBytes += text.count
                    lastText = text
                } else {
                    try readContent(Field(value: content, path: field.path + ".content"), depth: 0)
                }
            }
            if isUser, let lastText { instruction = lastText }
            promptTextBytes += found[2]?.range.count ?? 0
            messageCount += 1
        }
    }

    private static let partKeys: JSONKeys = ["type", "text", "content", "input", "file", "file_id"]

    /// Content is a string or a list of parts, or something that its provider alone knows; a tool result's part holds content once more.
    mutating func readContent(_ content: Field, depth: Int) throws(RequestError) {
        if let text = content.value.rawText {
            promptTextBytes += text.count
            if depth == 0 { lastText = text }
            return
        }
        guard content.value.kind == .array else {
            // A document's content is an object; nothing of it is read here.
            if depth == 0 { promptTextBytes += content.value.range.count }
            return
        }
        for part in content.value.elements {
            let found = try Field(value: part, path: content.path + "[]").lookUp(Self.partKeys)
            if let text = found[1]?.rawText ?? part.rawText {
                promptTextBytes += text.count
                if depth == 0 { lastText = text }
            }
            if found[4] != nil || found[5] != nil { readFile(found[4], id: found[5]) }
            promptTextBytes += found[3]?.range.count ?? 0
            if let type = found[0], type.isString("image_url") || type.isString("image") {
                needs.insert(.vision)
            } else if let type = found[0], type.isString("thinking") {
                hasThinking = true
            }
            if let inner = found[2], depth == 0 {
                try readContent(Field(value: inner, path: content.path + "[].content"), depth: 1)
            }
        }
    }

    /// Takes the id of a file, which OpenAI's chats have in an object and its responses in the part.
    mutating func readFile(_ file: JSONSlice?, id: JSONSlice?) {
        let inside = file?.members.first { $0.name.isString("file_id") }?.value
        guard fileIDs.count < Self.fileLimit, let id = (id ?? inside)?.string else { return }
        fileIDs.append(id)
    }
}
