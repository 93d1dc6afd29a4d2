public import Events

/// A kind of provider that Logway knows: what it speaks, where it lives, what it needs.
///
/// This is the one table of provider facts. Which models a kind has is data: `Catalog`.
public enum ProviderType: String, Sendable, CaseIterable {
    /// A local Ollama.
    case ollama
    /// A local LM Studio.
    case lmstudio
    /// Groq's cloud.
    case groq
    /// OpenRouter.
    case openrouter
    /// Anthropic; `anthropic` is accepted as its name.
    case claude
    /// Google's Gemini API; `gemini` is accepted as its name.
    case google
    /// Together.
    case together
    /// GitHub Models.
    case githubModels = "github-models"
    /// OpenAI, or any server compatible with it at a base URL of its own.
    case openai
    /// A local ruvllm.
    case ruvllm
    /// The built-in simulated provider.
    case simulated

    /// The type with this name in configuration, other accepted names included.
    public init?(name: some StringProtocol) {
        switch name {
        case "anthropic": self = .claude
        case "gemini": self = .google
        default: self.init(rawValue: String(name))
        }
    }

    /// The type's name in configuration and output.
    public var name: String { rawValue }

    /// What the provider speaks at its usual address.
    public var family: WireFamily { facts.family }

    /// The base URL unless the configuration names another; `nil` where there is none to assume.
    public var defaultBaseURL: String? { facts.baseURL }

    /// Whether the models run on the user's own hardware, where a token costs nothing.
    public var isLocal: Bool { facts.isLocal }

    /// The environment variables that hold the key, best first; empty when no key is needed.
    public var keyVariables: [String] { facts.keyVariables }

    /// Whether the provider's public service refuses requests without a key.
    public var needsKey: Bool { !keyVariables.isEmpty }
}

extension ProviderType {
    private struct Facts {
        var family: WireFamily
        var baseURL: String?
        var isLocal = false
        var keyVariables: [String] = []
    }

    /// Base URLs as the providers document them, November 2026.
    private var facts: Facts {
        switch self {
        case .ollama:
            Facts(family: .ollama, baseURL: "http://localhost:11434", isLocal: true)
        case .lmstudio:
            Facts(family: .openai, baseURL: "http://localhost:1234/v1", isLocal: true)
        case .groq:
            hosted(.openai, "https://api.groq.com/openai/v1", "GROQ_API_KEY")
        case .openrouter:
            hosted(.openai, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")
        case .claude:
            hosted(.anthropic, "https://api.anthropic.com", "ANTHROPIC_API_KEY")
        case .google:
            hosted(
                .gemini,
                "https://generativelanguage.googleapis.com/v1beta",
                "GEMINI_API_KEY",
                "GOOGLE_API_KEY"
            )
        case .together:
            hosted(.openai, "https://api.together.xyz/v1", "TOGETHER_API_KEY")
        case .githubModels:
            hosted(.openai, "https://models.github.ai/inference", "GITHUB_TOKEN")
        case .openai:
            hosted(.openai, "https://api.openai.com/v1", "OPENAI_API_KEY")
        case .ruvllm:
            Facts(family: .openai, isLocal: true)
        case .simulated:
            Facts(family: .openai)
        }
    }

    private func hosted(_ family: WireFamily, _ url: String, _ variables: String...) -> Facts {
        Facts(family: family, baseURL: url, keyVariables: variables)
    }
}
