import Events
import JSONBytes

extension ParsedRequest {
    private static let chatKeys: JSONKeys = [
        "model", "messages", "stream", "options", "tools", "format", "think", "keep_alive",
    ]
    private static let generateKeys: JSONKeys = [
        "model", "prompt", "stream", "options", "images", "format", "system", "think",
        "keep_alive", "suffix", "template", "context",
    ]
    private static let optionKeys: JSONKeys = ["num_predict", "temperature", "num_ctx"]

    /// Reads the body of Ollama's `/api/chat`.
    ///
    /// Without messages it only loads the model.
    mutating func readOllamaChat() throws(RequestError) {
        let found = try Field(value: root, path: "").scanDeciding(Self.chatKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.chatKeys[index]) }
        }
        try readModel(field(0))
        try readOllama(stream: field(2), options: field(3), format: field(5), think: field(6))
        try readTools(field(4))
        guard let messages = field(1) else { return }
        try readMessages(messages)
        for message in messages.value.elements {
            let images = try Field(value: message, path: messages.path + "[]").lookUp(["images"])[0]
            if let images, images.elements.contains(where: { _ in true }) { needs.insert(.vision) }
        }
    }

    /// Reads the body of Ollama's `/api/generate`; the prompt counts as the one message.
    mutating func readOllamaGenerate() throws(RequestError) {
        let found = try Field(value: root, path: "").scanDeciding(Self.generateKeys)
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
        // What else a model reads; the context is tokens by their numbers.
        for other in found[9...11] { promptTextBytes += other?.range.count ?? 0 }
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
        let found = try options?.lookUp(Self.optionKeys) ?? [nil, nil]
        maxOutputTokens = found[0].flatMap { Field(value: $0, path: "options.num_predict").amount }
        temperature = found[1].flatMap { Field(value: $0, path: "options.temperature").finite }
        if let format, !format.value.isEmptyString { needs.insert(.structuredOutput) }
        // A model that can't think refuses to be told to.
        if let think, think.value.bool == true || think.value.kind == .string {
            needs.insert(.reasoning)
        }
    }
}
