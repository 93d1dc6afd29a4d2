import Events
import JSONBytes

extension RequestFacts {
    private static let chatKeys: JSONKeys = [
        "model", "messages", "stream", "options", "tools", "format", "think",
    ]
    private static let generateKeys: JSONKeys = [
        "model", "prompt", "stream", "options", "images", "format", "system", "think",
    ]

    /// Reads the body of Ollama's `/api/chat`.
    ///
    /// Without messages it only loads the model.
    mutating func readOllamaChat() throws(RequestError) {
        let found = try Field(value: root, path: "").scan(Self.chatKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.chatKeys[index]) }
        }
        try readModel(field(0))
        try readOllama(stream: field(2), options: field(3), format: field(5), think: field(6))
        try readTools(field(4))
        guard let messages = field(1) else { return }
        try readMessages(messages)
        for message in messages.value.elements {
            let images: JSONSlice?
            do { images = try message.member("images") } catch { throw RequestError(error) }
            if let images, images.elements.contains(where: { _ in true }) { needs.insert(.vision) }
        }
    }

    /// Reads the body of Ollama's `/api/generate`; the prompt counts as the one message.
    mutating func readOllamaGenerate() throws(RequestError) {
        let found = try Field(value: root, path: "").scan(Self.generateKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.generateKeys[index]) }
        }
        try readModel(field(0))
        try readOllama(stream: field(2), options: field(3), format: field(5), think: field(7))
        for text in [field(6), field(1)] {
            guard let raw = text?.value.rawText else { continue }
            promptTextBytes += raw.count
            if !raw.isEmpty { messageCount += 1 }
        }
        instruction = field(1)?.value.rawText ?? []
        if let images = field(4)?.value.elements, images.contains(where: { _ in true }) {
            needs.insert(.vision)
        }
    }

    private mutating func readOllama(
        stream: Field?,
        options: Field?,
        format: Field?,
        think: Field?
    ) throws(RequestError) {
        streamed = try stream?.flag() ?? true
        if streamed { needs.insert(.streaming) }
        let found = try options?.lookUp(["num_predict", "temperature"]) ?? [nil, nil]
        maxOutputTokens = found[0].flatMap { Field(value: $0, path: "options.num_predict").amount }
        temperature = found[1].flatMap { Field(value: $0, path: "options.temperature").finite }
        if let format, !format.value.isEmptyString { needs.insert(.structuredOutput) }
        // A model that can't think refuses to be told to.
        if let think, think.value.bool == true || think.value.kind == .string {
            needs.insert(.reasoning)
        }
    }
}
