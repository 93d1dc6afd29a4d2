public import Events

/// The models that the providers say they have.
public struct ModelLists: Hashable, Sendable {
    private var listed: [String: [String]] = [:]
    private var sets: [String: Set<String>] = [:]
    private var told: [String: [ListedModel]] = [:]

    /// No list.
    public init() {}

    /// The provider's last list, sorted; `nil` when it has never been heard.
    public func models(of provider: String) -> [String]? { listed[provider] }

    /// What the provider's last list told of its models besides their names, sorted by name.
    public func details(of provider: String) -> [ListedModel] { told[provider] ?? [] }

    /// Whether a provider with this policy has the model: it is one that the policy names, or, when
    /// the policy restricts nothing, one that the provider lists.
    ///
    /// At an Ollama, a name without a tag is short for one with the tag `latest`, and it lists the
    /// long one.
    public func has(_ model: String, at provider: ProviderPolicy) -> Bool {
        if hasByThisName(model, at: provider) { return true }
        guard provider.family == .ollama else { return false }
        return hasByThisName(Self.otherName(ofOllamaModel: model), at: provider)
    }

    private func hasByThisName(_ model: String, at provider: ProviderPolicy) -> Bool {
        if provider.defaultModel == model { return true }
        guard provider.models.isEmpty else { return provider.models.contains(model) }
        return sets[provider.name]?.contains(model) ?? false
    }

    /// The name with Ollama's default tag, or without it; another tag has no other name.
    private static func otherName(ofOllamaModel name: String) -> String {
        if let short = name.withoutLatestTag { return short }
        // Before the last slash, a colon stands before a registry's port.
        let own = name[(name.lastIndex(of: "/") ?? name.startIndex)...]
        return own.contains(":") ? name : name.withLatestTag
    }

    /// The models that a provider with this policy offers, sorted.
    public func offered(by provider: ProviderPolicy) -> [String] {
        let names = provider.models.isEmpty ? listed[provider.name] ?? [] : provider.models
        return Set(names).union(provider.defaultModel.map { [$0] } ?? []).sorted()
    }

    /// Whether a list tells nothing new.
    public func holds(_ list: ModelsListed) -> Bool {
        listed[list.provider] == list.models && details(of: list.provider) == list.details
    }

    mutating func replace(_ list: ModelsListed) {
        listed[list.provider] = list.models
        sets[list.provider] = Set(list.models)
        told[list.provider] = list.details.isEmpty ? nil : list.details
    }
}

extension ModelLists: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lists = listed.sorted { $0.key < $1.key }.map { provider, models in
            var list = ModelsListed()
            list.provider = provider
            list.models = models
            list.details = told[provider] ?? []
            return list
        }
        visitor.field(1, "lists", &lists)
        self = ModelLists()
        for list in lists { replace(list) }
    }
}
