import Events

/// What becomes of something that a request says, on the way to a provider of another family.
enum Treatment {
    /// The family has a word for it.
    case kept
    /// It is said in another way that means the same.
    case emulated
    /// It is left out, and the client is told: a hint, housekeeping, something nobody has heard of.
    case dropped
    /// It is known to change what is answered and can't be said, so the provider isn't asked.
    case refused
}

/// Something a request can say that not every family can.
///
/// The world is open: a field, a member, a block or a tool that is in no list is `foreign`, and left out.
/// Refused is only what stands below by name (docs/decisions/0045).
enum Feature {
    /// A field that only its own family understands, or that nobody knows.
    case foreign
    /// A field whose loss changes price, speed or bookkeeping, but not what is answered.
    case hint
    /// A hint that some providers of OpenAI's family have a field for (`ChatHint`).
    case chatHint
    /// A field that is known to change what is answered, and that no other family has a word for:
    /// `FieldTranslation` names them.
    case demand
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
    /// Nucleus sampling beside a temperature.
    case topPBesideTemperature
    /// A stop sequence of nothing but white space.
    case blankStop
    /// A stop sequence that has `place` others before it.
    case stop(place: Int)
    /// Where the prompt cache ends.
    case cacheControl
    /// That the provider shall hold arguments or an answer to their schema.
    case strict
    /// An image by its address.
    case imageURL
    /// That a tool's result is of a call which failed; its text says so to the others.
    case failedResult
    /// An image in a tool's result.
    case imageInToolResult
    /// A PDF.
    case document
    /// A document by its address.
    case documentURL
    /// A recording.
    case audio
    /// A file of another kind.
    case otherFile
    /// A file that only the provider which keeps it can find.
    case fileReference
    /// A tool that must be called.
    case forcedTool
    /// Tools that must not be called several at once.
    case serialTools
    /// A tool that runs at its provider and must be called.
    case forcedServerTool
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
    /// Sampling that Anthropic has no thinking with, beside thinking that is demanded.
    case boundSampling
    /// That a model shall not think: what models do that can't.
    case thinkingOff
    /// What the assistant thought in an earlier turn: its loss is no loss of what was said.
    case pastReasoning
    /// A turn that holds nothing.
    case emptyTurn
    /// A system prompt without a turn.
    case systemAlone
    /// That there is nothing at all to answer.
    case noTurn
    /// A text to embed that is given as the numbers of its tokens.
    case tokenInput

    /// What becomes of it in a request to a provider of `family`.
    ///
    /// Sources: the vendors' references of messages, November 2026.
    /// - Anthropic's temperatures end at 1, which is what a higher one becomes; it has no seed, no
    ///   penalties, no stop sequence of white space, and from Claude 4.1 on no `top_p` beside a
    ///   temperature. Any JSON is asked of it in the system prompt.
    /// - Ollama takes images as base64 only, no documents, and has no tool choice (its docs/api.md,
    ///   "Chat"): a tool that must be called is said by its schema, one call at a time by leaving out
    ///   the others. So is the latter for Gemini, which has no switch for it.
    /// - Most of Ollama's models think or don't (its "Thinking"): it has no word for how much. A few
    ///   have words, and are told (`ThinkingControl`).
    /// - A few servers of OpenAI's family know a word for not thinking, and are told; there is none
    ///   that all take.
    /// - Ollama takes earlier thinking back; Anthropic only what it signed itself, and of OpenAI's
    ///   family no field for it is common, but some models demand one (`BodyOptions`).
    /// - Gemini takes no images by address, has one system instruction, and wants the last turn to be
    ///   the user's.
    /// - Anthropic refuses a turn without content and a conversation without a turn, Gemini the same of
    ///   `parts` and `contents`; the turn is left out then, and a system prompt that stands alone is
    ///   asked as the user's text.
    /// - OpenAI's messages of role tool hold text only, so that images of a result follow in a
    ///   message of the user; its models don't continue a last message of the assistant.
    /// - OpenAI takes four stop sequences, Gemini five.
    func treatment(in family: WireFamily) -> Treatment {
        switch self {
        case .foreign, .hint: .dropped
        case .chatHint: family == .openai ? .kept : .dropped
        case .demand, .fileReference, .forcedServerTool: .refused
        case .endUser: family == .ollama || family == .gemini ? .dropped : .kept
        case .outputSchema: .kept
        case .jsonMode: family == .anthropic ? .emulated : .kept
        case .penalties, .seed, .topPBesideTemperature, .blankStop:
            family == .anthropic ? .dropped : .kept
        case .hotTemperature, .boundEffort, .boundSampling:
            family == .anthropic ? .dropped : .kept
        case .topK: family == .openai ? .dropped : .kept
        case .stop(let place): place < family.mostStops ? .kept : .dropped
        case .cacheControl: family == .anthropic ? .kept : .dropped
        case .strict: family == .openai || family == .anthropic ? .kept : .dropped
        case .imageURL: family == .ollama || family == .gemini ? .refused : .kept
        case .failedResult: family == .anthropic || family == .gemini ? .kept : .dropped
        case .imageInToolResult: family == .anthropic ? .kept : .emulated
        case .document: family == .ollama ? .refused : .kept
        case .documentURL: family == .anthropic ? .kept : .refused
        case .audio: family == .openai || family == .gemini ? .kept : .refused
        case .otherFile: family == .gemini ? .kept : .refused
        case .forcedTool: family == .ollama ? .emulated : .kept
        case .serialTools: family == .ollama || family == .gemini ? .emulated : .kept
        case .lateSystem: family == .anthropic || family == .gemini ? .emulated : .kept
        case .prefill: family == .openai || family == .gemini ? .refused : .kept
        case .effort: family == .ollama ? .dropped : .kept
        case .effortWord: family == .openai ? .kept : .dropped
        case .thinkingOff: family == .openai ? .dropped : .kept
        case .pastReasoning: family == .ollama ? .kept : .dropped
        case .emptyTurn: family == .anthropic || family == .gemini ? .dropped : .kept
        case .systemAlone: family == .anthropic || family == .gemini ? .emulated : .kept
        case .noTurn: family == .anthropic || family == .gemini ? .refused : .kept
        case .tokenInput: family == .ollama || family == .gemini ? .refused : .kept
        }
    }
}

extension WireFamily {
    /// How many stop sequences a request may have.
    ///
    /// Sources: OpenAI's reference, "stop"; Google's, "GenerationConfig"; November 2026. The others name
    /// no limit.
    var mostStops: Int {
        switch self {
        case .openai: 4
        case .gemini: 5
        case .anthropic, .ollama: .max
        }
    }
}
