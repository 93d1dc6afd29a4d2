/// A family of wire formats: what a client speaks to Logway, or Logway to a provider.
public enum WireFamily: UInt8, Sendable, CaseIterable {
    /// OpenAI's chat completions and everything compatible with them.
    case openai = 1
    /// Anthropic's messages.
    case anthropic = 2
    /// Ollama's own API with NDJSON streams.
    case ollama = 3
    /// Google's Gemini API.
    case gemini = 4

    /// The family's name in output and configuration.
    public var name: String {
        switch self {
        case .openai: "openai"
        case .anthropic: "anthropic"
        case .ollama: "ollama"
        case .gemini: "gemini"
        }
    }
}
