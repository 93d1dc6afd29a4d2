/// One step of a fallback chain.
public enum ChainEntry: Hashable, Sendable {
    /// The provider's default model: `groq`.
    case provider(String)
    /// A model of the provider: `openrouter:openai/gpt-oss-120b:free`, where only the first colon
    /// separates.
    case model(provider: String, model: String)
    /// The provider's models that cost nothing: `openrouter:free`.
    case freeModels(provider: String)

    /// The entry as it is written, split at the first colon only; `nil` when a part is empty.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else {
            guard !text.isEmpty else { return nil }
            self = .provider(text)
            return
        }
        let provider = String(text[..<colon])
        let model = String(text[text.index(after: colon)...])
        guard !provider.isEmpty, !model.isEmpty else { return nil }
        self =
            model == "free"
            ? .freeModels(provider: provider) : .model(provider: provider, model: model)
    }

    /// The name of the provider that the entry leads to.
    public var provider: String {
        switch self {
        case .provider(let name), .model(let name, _), .freeModels(let name): name
        }
    }

    /// The same step at a provider of another name.
    func renamed(_ name: String) -> ChainEntry {
        switch self {
        case .provider: .provider(name)
        case .model(_, let model): .model(provider: name, model: model)
        case .freeModels: .freeModels(provider: name)
        }
    }
}

extension ChainEntry: CustomStringConvertible {
    /// The entry as it is written in the configuration.
    public var description: String {
        switch self {
        case .provider(let name): name
        case .model(let name, let model): "\(name):\(model)"
        case .freeModels(let name): "\(name):free"
        }
    }
}
