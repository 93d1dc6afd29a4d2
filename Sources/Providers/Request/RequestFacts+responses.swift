import Events
import JSONBytes

extension RequestFacts {
    private static let responsesKeys: JSONKeys = [
        "model", "input", "instructions", "stream", "max_output_tokens", "temperature", "tools",
        "text", "metadata",
    ]
    private static let itemKeys: JSONKeys = ["role", "content", "arguments", "output"]

    /// Reads the body of OpenAI's `/v1/responses`; each item of the input counts as a message.
    mutating func readResponses() throws(RequestError) {
        let found = try Field(value: root, path: "").scan(Self.responsesKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.responsesKeys[index]) }
        }
        try readModel(field(0))
        guard let input = field(1) else { throw RequestError("input is missing", field: "input") }
        if let instructions = try field(2)?.string() {
            promptTextBytes += instructions.rawText?.count ?? 0
        }
        streamed = try field(3)?.bool() ?? false
        if streamed { needs.insert(.streaming) }
        maxOutputTokens = try field(4)?.count()
        temperature = try field(5)?.number().double
        try readTools(field(6))
        if let format = try field(7)?.scan(["format"])[0],
            let type = try Field(value: format, path: "text.format").scan(["type"])[0],
            !type.isString("text")
        {
            needs.insert(.structuredOutput)
        }
        try readMetadata(field(8))
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
        let found = try item.scan(Self.itemKeys)
        messageCount += 1
        promptTextBytes += found[2]?.rawText?.count ?? 0
        for content in [found[1], found[3]].compactMap(\.self) {
            lastText = nil
            try readContent(Field(value: content, path: item.path + ".content"), depth: 0)
            if found[0]?.isString("user") == true, let lastText { instruction = lastText }
        }
    }
}
