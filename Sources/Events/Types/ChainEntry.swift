/// One step of a chain: a provider's default model, one of its models, or its free ones.
public struct ChainEntry: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent for the provider's default.
    public var model: String?
    /// Whether only models that cost nothing may be used.
    public var isFreeOnly: Bool = false

    /// A record with every field empty.
    public init() {}

    /// The provider's default model: `groq`.
    public static func provider(_ name: String) -> ChainEntry {
        var entry = ChainEntry()
        entry.provider = name
        return entry
    }

    /// A model of the provider: `openrouter:openai/gpt-oss-120b:free`, where only the first colon
    /// separates.
    public static func model(provider: String, model: String) -> ChainEntry {
        var entry = ChainEntry.provider(provider)
        entry.model = model
        return entry
    }

    /// The provider's models that cost nothing: `openrouter:free`.
    public static func freeModels(provider: String) -> ChainEntry {
        var entry = ChainEntry.provider(provider)
        entry.isFreeOnly = true
        return entry
    }

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

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "free_only", &isFreeOnly)
    }
}

extension ChainEntry: CustomStringConvertible {
    /// The entry as it is written in the configuration.
    public var description: String {
        if let model { return "\(provider):\(model)" }
        return isFreeOnly ? "\(provider):free" : provider
    }
}
