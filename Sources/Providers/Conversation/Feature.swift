import Events

/// Something a request can say that not every family can.
enum Feature {
    /// A field that only its own family understands, or that nobody knows.
    case foreign
    /// A field whose loss changes price, speed or bookkeeping, but not what is answered.
    case hint
    /// Who the client's own user is: OpenAI's `user`, Anthropic's `metadata.user_id`.
    case endUser
    /// Output in a given JSON schema.
    case outputSchema
    /// Output that is any JSON.
    case jsonMode
    /// Frequency and presence penalties.
    case penalties
    case seed
    case topK
    /// A temperature above 1.
    case hotTemperature
    /// An image by its address.
    case imageURL
    /// An image in a tool's result.
    case imageInToolResult
    /// A tool that must be called.
    case forcedTool
    /// Tools that must not be called several at once.
    case serialTools
    /// A system prompt after other messages.
    case lateSystem
    /// A beginning of the answer that the model is to continue.
    case prefill
    /// How much a model shall think, a wish that models without a choice are not bound to.
    case effort
    /// The same in a word that is none of OpenAI's.
    case effortWord
    /// The same together with what Anthropic has no thinking with (`isBoundForThinking`).
    case boundEffort
    /// That a model shall not think: what models do that can't.
    case thinkingOff
    /// Thinking that is demanded together with that.
    case boundThinking
    /// What the assistant thought in an earlier turn: its loss is no loss of what was said.
    case pastReasoning
    /// A turn that holds nothing.
    case emptyTurn
    /// That no turn holds anything: a system prompt alone, say.
    case noTurn
    /// A text to embed that is given as the numbers of its tokens.
    case tokenInput

    /// Whether the loss is reported and not an obstacle.
    var isHint: Bool {
        switch self {
        case .hint, .endUser, .effort, .effortWord, .boundEffort, .thinkingOff, .pastReasoning,
            .emptyTurn:
            true
        default: false
        }
    }

    /// Whether a request to a provider of `family` can say it.
    ///
    /// - A temperature above 1 is an obstacle to Anthropic (0…1, its API reference, "Create a
    ///   Message") and not clamped: the client asked for a distribution that it would not get, and
    ///   would not learn of it.
    /// - Anthropic has no seed, no penalties and, in the version that is spoken here, no JSON mode.
    /// - Ollama takes images as base64 only, and has no tool choice (its docs/api.md, "Chat").
    /// - Most of Ollama's models think or don't (its "Thinking"): it has no word for how much. A few
    ///   have words, and are told (`ThinkingControl`).
    /// - A few servers of OpenAI's family know a word for not thinking, and are told; there is none
    ///   that all take.
    /// - Ollama takes earlier thinking back; Anthropic only what it signed itself, and of OpenAI's
    ///   family no field for it is common.
    /// - Gemini takes no images by address, none in a function's result, has no switch for parallel
    ///   calls, one system instruction, and wants the last turn to be the user's.
    /// - Anthropic refuses a turn without content and a conversation without a turn, Gemini the same of
    ///   `parts` and `contents`; the turn is left out then.
    /// - OpenAI's messages of role tool hold text only, and its models don't continue a last message
    ///   of the assistant.
    func canBeSaid(in family: WireFamily) -> Bool {
        switch (self, family) {
        case (.foreign, _), (.hint, _): false
        case (.endUser, .ollama), (.endUser, .gemini): false
        case (.effort, .ollama), (.thinkingOff, .openai): false
        case (.boundEffort, .anthropic), (.boundThinking, .anthropic): false
        case (.effortWord, .ollama), (.effortWord, .anthropic), (.effortWord, .gemini): false
        case (.outputSchema, .anthropic), (.jsonMode, .anthropic): false
        case (.penalties, .anthropic), (.seed, .anthropic): false
        case (.hotTemperature, .anthropic), (.lateSystem, .anthropic): false
        case (.pastReasoning, .openai), (.pastReasoning, .anthropic), (.pastReasoning, .gemini):
            false
        case (.emptyTurn, .anthropic), (.emptyTurn, .gemini): false
        case (.noTurn, .anthropic), (.noTurn, .gemini): false
        case (.topK, .openai), (.prefill, .openai), (.imageInToolResult, .openai): false
        case (.imageURL, .ollama), (.imageInToolResult, .ollama): false
        case (.forcedTool, .ollama), (.serialTools, .ollama), (.tokenInput, .ollama): false
        case (.imageURL, .gemini), (.imageInToolResult, .gemini), (.tokenInput, .gemini): false
        case (.serialTools, .gemini), (.lateSystem, .gemini), (.prefill, .gemini): false
        default: true
        }
    }
}
