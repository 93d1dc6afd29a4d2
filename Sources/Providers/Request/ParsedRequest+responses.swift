import Events
import JSONBytes

extension ParsedRequest {
    private static let responsesKeys: JSONKeys = [
        "model", "input", "instructions", "stream", "max_output_tokens", "temperature", "tools",
        "text", "metadata", "previous_response_id", "conversation", "prompt",
    ]
    private static let itemKeys: JSONKeys = [
        "role", "content", "arguments", "output", "type", "id", "encrypted_content", "input",
        "tools",
    ]

    private static let contentKeys: JSONKeys = ["text", "type", "file_id"]

    /// Reads the body of OpenAI's `/v1/responses`; each item of the input counts as a message.
    ///
    /// Of what only its provider judges nothing is demanded: items and parts of any kind pass.
    mutating func readResponses() throws(RequestError) {
        let found = try Field(value: root, path: "").scanDeciding(Self.responsesKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.responsesKeys[index]) }
        }
        try readModel(field(0))
        links.previousID = found[9]?.string
        links.isKeptElsewhere = found[10] != nil || found[11] != nil
        if let instructions = field(2)?.value {
            promptTextBytes += instructions.rawText?.count ?? instructions.range.count
        }
        streamed = try field(3)?.bool() ?? false
        if streamed { needs.insert(.streaming) }
        // A limit that is none, such as -1, is the provider's to judge.
        maxOutputTokens = found[4]?.int.flatMap { $0 >= 0 ? $0 : nil }
        temperature = found[5]?.double
        try readTools(field(6))
        readKinds(of: found[6])
        if let text = found[7], text.kind == .object,
            let format = try Field(value: text, path: "text").scanDeciding(["format"])[0],
            format.kind == .object,
            let type = try Field(value: format, path: "text.format").scanDeciding(["type"])[0],
            !type.isString("text")
        {
            needs.insert(.structuredOutput)
        }
        try readMetadata(field(8))
        guard let input = field(1) else {
            guard links.previousID != nil || links.isKeptElsewhere else {
                throw RequestError("input is missing", field: "input")
            }
            messageCount = 1
            return
        }
        if let text = input.value.rawText {
            promptTextBytes += text.count
            instruction = text
            messageCount = 1
        } else {
            for item in try input.elements() { try readItem(item) }
            if messageCount == 0 {
                throw input.mistyped("a string or an array of at least one item")
            }
        }
    }

    private mutating func readItem(_ item: Field) throws(RequestError) {
        messageCount += 1
        // What is no object is for its provider to refuse, and is left out elsewhere.
        guard item.value.kind == .object else { return }
        let found = try item.scanDeciding(Self.itemKeys)
        if let type = found[4]?.string, !Self.commonKinds.contains(type) {
            links.hasRareKinds = true
        }
        readLinks(type: found[4], id: found[5], encrypted: found[6], content: found[1])
        promptTextBytes += found[2].map { $0.rawText?.count ?? $0.range.count } ?? 0
        promptTextBytes += found[7]?.rawText?.count ?? 0
        if let tools = found[8], tools.kind == .array {
            needs.insert(.tools)
            toolDefinitionBytes += tools.range.count
            readKinds(of: tools)
        }
        for content in [found[1], found[3]].compactMap(\.self) {
            lastText = nil
            try readParts(Field(value: content, path: item.path))
            if found[0]?.isString("user") == true, let lastText { instruction = lastText }
        }
    }

    /// The kinds of items that every server with responses has.
    private static let commonKinds: Set<String> = [
        "message", "function_call", "function_call_output", "reasoning",
    ]

    private mutating func readKinds(of tools: JSONSlice?) {
        for tool in tools?.elements.map({ $0 }) ?? [] {
            let type = tool.members.first { $0.name.isString("type") }?.value
            if type?.isString("tool_search") == true { links.declaresSearch = true }
            if type?.isString("function") != true { links.hasRareKinds = true }
        }
    }

    private mutating func readLinks(
        type: JSONSlice?,
        id: JSONSlice?,
        encrypted: JSONSlice?,
        content: JSONSlice?
    ) {
        if let text = encrypted?.text, !text.isEmpty {
            links.hasRareKinds = true
            if OwnItems.isOwn(encrypted: text) {
                links.hasOwnItems = true
            } else {
                links.encrypted.append(HeldText.fingerprint(text))
            }
        } else if type?.isString("reasoning") == true, OwnItems.isOwn(id: id, content: content) {
            links.hasOwnItems = true
        } else if type?.isString("compaction_trigger") == true {
            links.asksForSummary = true
        } else if type?.isString("item_reference") == true, let id = id?.string {
            links.references.append(id)
        }
    }

    /// Content is a text or a list of parts; anything else is counted as it stands.
    private mutating func readParts(_ content: Field) throws(RequestError) {
        if let text = content.value.rawText {
            promptTextBytes += text.count
            lastText = text
            return
        }
        guard content.value.kind == .array else {
            promptTextBytes += content.value.range.count
            return
        }
        for part in content.value.elements {
            let found = try Field(value: part, path: content.path).lookUp(Self.contentKeys)
            if let text = found[0]?.rawText {
                promptTextBytes += text.count
                lastText = text
            }
            if found[1]?.isString("input_image") == true { needs.insert(.vision) }
            if let id = found[2] { readFile(nil, id: id) }
        }
    }
}
