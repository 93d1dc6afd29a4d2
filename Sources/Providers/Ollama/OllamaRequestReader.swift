import Events
import JSONBytes

/// Reads requests to Ollama's `/api/chat` and `/api/generate` into a `Conversation`.
///
/// Source: Ollama's docs/api.md, "Generate a chat completion" and "Generate a completion".
struct OllamaRequestReader: ConversationReader {
    var conversation = Conversation()
    /// Calls that wait for their results: Ollama's have no ids of their own.
    var open = OpenCalls()
    var callCount = 0

    private static let keys: JSONKeys = [
        "messages", "stream", "options", "tools", "format", "think", "prompt", "system", "images",
    ]

    /// The conversation in the body of `/api/chat`.
    static func readChat(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var reader = OllamaRequestReader()
        let field = try reader.readHead(root)
        let messages = try field(0)?.elements() ?? []
        try reader.readMessages(messages)
        if messages.isEmpty {
            // It asks to load the model, which no other family can be told to.
            reader.conversation.note(.demand, at: "messages")
        } else if let last = messages.last, reader.conversation.turns.last?.role == .assistant {
            reader.conversation.note(.prefill, at: last.path)
        }
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// The conversation in the body of `/api/generate`.
    static func readGenerate(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var reader = OllamaRequestReader()
        let field = try reader.readHead(root)
        if let system = try field(7)?.string(), !system.isEmptyString {
            reader.conversation.system = [.text(system)]
        }
        var parts: [Turn.Part] = []
        if let images = field(8) { parts += try reader.readImages(images) }
        if let prompt = try field(6)?.string(), !prompt.isEmptyString {
            parts.append(.text(prompt))
        } else {
            reader.conversation.note(.demand, at: "prompt")
        }
        reader.conversation.turns = [Turn(role: .user, parts: parts, path: "prompt")]
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// Reads what both have, and gives access to the rest.
    private mutating func readHead(
        _ root: JSONSlice
    ) throws(RequestError) -> (Int) -> Field? {
        let found = try Field(value: root, path: "").scan(Self.keys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.keys[index]) }
        }
        FieldTranslation.ollama.check(root, path: "", in: &conversation)
        conversation.streamed = try field(1)?.bool() ?? true
        if let options = field(2) { try readOptions(options) }
        try conversation.readFunctionTools(field(3))
        readFormat(field(4))
        if let think = field(5) { readThink(think) }
        return field
    }

    private static let optionKeys: JSONKeys = [
        "temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty", "stop",
        "num_predict",
    ]

    private mutating func readOptions(_ options: Field) throws(RequestError) {
        let found = try options.scan(Self.optionKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: "options." + Self.optionKeys[index]) }
        }
        FieldTranslation.ollamaOptions.check(options.value, path: "options", in: &conversation)
        try conversation.readSampling(
            temperature: field(0),
            topP: field(1),
            topK: field(2),
            seed: field(3),
            penalties: (frequency: field(4), presence: field(5))
        )
        try conversation.readStop(field(6))
        // Negative numbers ask for no limit.
        if let limit = field(7)?.value.int, limit >= 0 { conversation.outputLimit = limit }
    }

    /// A Boolean, or how much in a word.
    private mutating func readThink(_ think: Field) {
        let effort = think.value.string.flatMap(ThinkingEffort.init)
        guard let isOn = think.value.bool ?? effort.map({ _ in true }) else {
            return conversation.note(.foreign, at: think.path)
        }
        conversation.thinking = AskedThinking(
            isOn: isOn,
            effort: effort,
            isDemanded: isOn,
            path: think.path
        )
    }

    private mutating func readFormat(_ format: Field?) {
        guard let format, !format.value.isEmptyString else { return }
        if format.value.isString("json") {
            conversation.format = .json
            conversation.note(.jsonMode, at: format.path)
        } else if format.value.kind == .object {
            conversation.format = .schema(Conversation.Schema(schema: format.value))
            conversation.note(.outputSchema, at: format.path)
        } else {
            conversation.note(.demand, at: format.path)
        }
    }
}
