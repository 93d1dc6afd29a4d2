public import Events

/// What a provider is spoken to in when a model of it is asked.
public struct ProviderDialect: Hashable, Sendable {
    /// The family of its API.
    public let family: WireFamily
    /// Whether the model goes on with prompts, in OpenAI's completions.
    public let takesPrompts: Bool
    /// Whether the model answers in OpenAI's responses.
    public let takesResponses: Bool

    /// The dialect of a family.
    public init(_ family: WireFamily, takesPrompts: Bool = false, takesResponses: Bool = false) {
        self.family = family
        self.takesPrompts = takesPrompts
        self.takesResponses = takesResponses
    }

    /// OpenAI's family, by chats alone.
    public static let openai = ProviderDialect(.openai)
    /// Anthropic's.
    public static let anthropic = ProviderDialect(.anthropic)
    /// Ollama's.
    public static let ollama = ProviderDialect(.ollama)
    /// Gemini's.
    public static let gemini = ProviderDialect(.gemini)
}
