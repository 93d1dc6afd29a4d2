import Catalog
import Yams

/// Reads the list `providers`.
struct ProviderReader {
    let catalog: Catalog
    let timeouts: Timeouts
    /// The names that the file gives, those of broken entries included, so that a chain which
    /// names one is not reported as well.
    private(set) var declared: Set<String> = []

    init(catalog: Catalog, timeouts: Timeouts) {
        self.catalog = catalog
        self.timeouts = timeouts
    }

    private static let keys = [
        "type", "name", "enabled", "priority", "apiKey", "baseUrl", "defaultModel", "models",
        "modelOverrides", "limits", "costPer1MTokens", "healthCheck", "fallbackProvider",
        "timeouts", "simulation", "features", "modelLimits", "resets", "maxConcurrent",
        "keepAlive", "maxQueued", "apiKeys", "endpoints", "completions", "headers",
        "responses",
        "maxContextTokens",
    ]

    /// The providers of the file that could be read.
    mutating func providers(of root: Section) -> [ProviderSettings] {
        let entries = root.list("providers")
        if entries.isEmpty, root.value("providers")?.sequence != nil || !root.has("providers") {
            root.report(
                "there is no provider",
                at: "providers",
                suggestion: "add one, such as `- type: ollama`"
            )
        }
        var lines: [String: Int] = [:]
        var providers: [ProviderSettings] = []
        for (place, entry) in entries.enumerated() {
            guard
                let section = Section(
                    entry.node,
                    path: entry.path,
                    known: Self.keys,
                    diagnostics: root.diagnostics
                ), let provider = provider(section, place: place)
            else { continue }
            let line = (section.value("name") ?? entry.node).mark?.line ?? 1
            if let first = lines.updateValue(line, forKey: provider.name) {
                lines[provider.name] = first
                section.report(
                    "the name \(Quotation.safe(provider.name)) is taken on line \(first)",
                    at: "name",
                    suggestion: "give each provider of one type a `name` of its own"
                )
            }
            providers.append(provider)
        }
        return providers
    }

    private mutating func provider(_ section: Section, place: Int) -> ProviderSettings? {
        let name = section.text("name")
        if let name { declared.insert(name) }
        guard let type = type(of: section) else { return nil }
        declared.insert(name ?? type.name)
        let priority = section.count("priority", in: 1...1_000_000) ?? place + 1
        var provider = ProviderSettings(type: type, name: name, priority: priority)
        checkName(provider.name, section)
        provider.isEnabled = section.flag("enabled") ?? true
        readConnection(section, into: &provider)
        provider.readHeaders(section)
        readModels(section, into: &provider)
        provider.readQuotas(section)
        provider.prices = section.prices("costPer1MTokens")
        provider.healthCheck = HealthCheckSettings(section)
        provider.fallbackProvider = section.text("fallbackProvider")
        provider.timeouts = Timeouts(section, base: timeouts)
        provider.keepAlive = section.keepAlive(of: type)
        provider.completions = section.models(of: provider, with: "completions")
        provider.responses = section.models(of: provider, with: "responses")
        provider.maxContextTokens = section.maxContextTokens(of: type)
        _ = section.texts("features")
        return provider
    }

    private func type(of section: Section) -> ProviderType? {
        let all = ProviderType.allCases.map(\.name)
        guard let word = section.value("type")?.scalar?.string else {
            section.report(
                section.has("type") ? "must be a word" : "is missing",
                at: "type",
                suggestion: "allowed: \(all.joined(separator: ", "))"
            )
            return nil
        }
        guard let type = ProviderType(name: word) else {
            section.report(
                "\(Quotation.safe(word)) is not a type of provider",
                at: "type",
                suggestion: SpellingSuggestion.suggestion(
                    for: word,
                    among: all + ["anthropic", "gemini"]
                )
            )
            return nil
        }
        return type
    }

    private func checkName(_ name: String, _ section: Section) {
        if name.isEmpty || name.contains(":") || name.contains(where: \.isWhitespace) {
            section.report("must be one word without `:`, which separates a model", at: "name")
        } else if name == "auto" {
            section.report("`auto` is what clients ask for when the router may choose", at: "name")
        }
    }

    private func readConnection(_ section: Section, into provider: inout ProviderSettings) {
        let type = provider.type
        if section.has("endpoints") {
            provider.readEndpoints(section)
            warnAboutPlaintextKeys(of: provider, section)
            return
        }
        if let url = section.baseURL() {
            provider.baseURL = url
        } else if type == .ruvllm, provider.isEnabled, !section.has("baseUrl") {
            section.report(
                "is missing; `ruvllm` has no usual address",
                at: "baseUrl",
                suggestion: "write `baseUrl: http://localhost:PORT/v1`"
            )
        }
        if section.has("apiKeys") {
            provider.readKeys(section)
        } else {
            provider.apiKey = section.apiKey(for: provider)
        }
        warnAboutPlaintextKeys(of: provider, section)
    }

    private func warnAboutPlaintextKeys(of provider: ProviderSettings, _ section: Section) {
        let isInTheOpen = provider.byLane.contains { lane in
            lane.apiKey != nil
                && lane.baseURL.map { $0.hasPrefix("http://") && !Loopback.contains(url: $0) }
                    ?? false
        }
        if isInTheOpen {
            section.diagnostics.note(
                "provider `\(provider.name)` sends its key over plain HTTP to another machine"
            )
        }
    }

    private func readModels(_ section: Section, into provider: inout ProviderSettings) {
        provider.models = section.texts("models")
        for task in section.openSection("modelOverrides").map(\.tasks) ?? [] {
            provider.modelOverrides[task.name] = section.diagnostics.text(task.node, task.path)
        }
        provider.simulation = SimulationSettings(section, of: provider)
        let simulated = provider.simulation?.models.first?.name
        provider.defaultModel =
            section.text("defaultModel") ?? simulated ?? defaultModel(of: provider)
    }

    /// The model for requests that name none where the file names none either.
    ///
    /// The catalogue knows what a hosted service has. It can't know what was pulled onto someone's
    /// own server, nor what is at another address: there routing takes one that the server lists.
    private func defaultModel(of provider: ProviderSettings) -> String? {
        let standard = catalog.defaultModel(of: provider.type)?.id
        guard provider.models.isEmpty else {
            return standard.flatMap { provider.models.contains($0) ? $0 : nil }
                ?? provider.models.first
        }
        let type = provider.type
        return !type.isLocal && provider.isDefaultService ? standard : nil
    }
}
