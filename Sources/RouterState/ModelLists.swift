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

    /// The same of every provider that tells something, by its name and the model's.
    public var files: [String: [String: ListedModel]] {
        told.mapValues { models in
            Dictionary(models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Whether a provider with this policy has the model, by this name or another of its names.
    public func has(_ model: String, at provider: ProviderPolicy) -> Bool {
        name(of: model, at: provider) != nil
    }

    /// The name by which a provider with this policy is asked for a model; `nil` when it does not have
    /// it: it has those that the policy names, or, when the policy restricts nothing, those that it
    /// lists.
    ///
    /// At an Ollama, a name without a tag is short for one with the tag `latest`, and it lists the
    /// long one, but knows both. A Claude's name may stand without its date, with `latest` in its
    /// place, or with the date where none is listed; the provider is asked by the name that it lists.
    public func name(of model: String, at provider: ProviderPolicy) -> String? {
        if hasByThisName(model, at: provider) { return model }
        if provider.family == .ollama,
            hasByThisName(Self.otherName(ofOllamaModel: model), at: provider)
        {
            return model
        }
        if let plain = model.withoutLongWindowMark { return name(of: plain, at: provider) }
        return otherName(ofClaude: model, at: provider)
    }

    /// The listed name of the same Claude: the one without a date, else the newest.
    private func otherName(ofClaude model: String, at provider: ProviderPolicy) -> String? {
        guard model.hasPrefix("claude-") else { return nil }
        let bare = model.withoutClaudeDate ?? model
        if hasByThisName(bare, at: provider) { return bare }
        // Who names another day means that snapshot, which is not this one.
        guard bare == model || model.hasSuffix("-latest") else { return nil }
        let names = provider.models.isEmpty ? listed[provider.name] ?? [] : provider.models
        return names.filter { $0.withoutClaudeDate == bare }.max()
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
