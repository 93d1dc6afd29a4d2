import JSONBytes

/// Reads a request to OpenAI's `/v1/completions` into a `Conversation`: the prompt becomes the one
/// message of a user.
///
/// Source: OpenAI's API reference, "Completions (legacy)".
enum CompletionsRequestReader {
    /// The output limit of a request that sets none, as the reference says.
    static let defaultLimit = 16

    private static let keys: JSONKeys = [
        "prompt", "stream", "max_tokens", "temperature", "top_p", "seed", "frequency_penalty",
        "presence_penalty", "stop", "user",
    ]

    /// The conversation in a request's body.
    static func read(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var conversation = Conversation()
        let found = try Field(value: root, path: "").scan(keys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: keys[index]) }
        }
        FieldTranslation.completions.check(root, path: "", in: &conversation)
        if let prompt = field(0) {
            if let text = text(of: prompt.value) {
                conversation.turns = [Turn(role: .user, parts: [.text(text)], path: prompt.path)]
            } else {
                // Several prompts have several answers, and only their model knows tokens.
                conversation.note(.demand, at: prompt.path)
            }
        }
        conversation.streamed = try field(1)?.bool() ?? false
        conversation.outputLimit = try field(2)?.limit() ?? defaultLimit
        try conversation.readSampling(
            temperature: field(3),
            topP: field(4),
            topK: nil,
            seed: field(5),
            penalties: (frequency: field(6), presence: field(7))
        )
        try conversation.readStop(field(8))
        if let user = field(9) {
            conversation.endUser = try user.string()
            conversation.note(.endUser, at: user.path)
        }
        return conversation
    }

    /// The text of a prompt that is one: a string, or a list of one.
    static func text(of prompt: JSONSlice) -> JSONSlice? {
        if prompt.kind == .string { return prompt }
        let elements = Array(prompt.elements.prefix(2))
        guard elements.count == 1, elements[0].kind == .string else { return nil }
        return elements[0]
    }
}
