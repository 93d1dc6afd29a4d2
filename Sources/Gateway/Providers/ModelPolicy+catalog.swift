import Catalog
import Events
import Settings
import Simulation

extension ModelPolicy {
    /// What the catalogue knows of a model, as routing uses it.
    init(_ card: ModelCard) {
        self.init()
        name = card.id
        contextWindow = card.contextWindow
        tasks = card.tasks.compactMap { TaskType(name: $0) }
        tier = Self.tier(of: card)
        capabilities = card.capabilities.union(Self.leanings(tasks, tier, card.contextWindow))
    }

    /// What a simulated model says of itself; what it can do is left open, as its server takes
    /// anything, unless the configuration names it.
    init(_ model: SimulatedModel) {
        self.init()
        name = model.name
        contextWindow = model.contextWindow
        quality = Int((model.quality * 1_000_000).rounded())
        capabilities = model.capabilities
        tier =
            switch model.quality {
            case ..<0.7: .small
            case ..<0.85: .medium
            case ..<0.95: .large
            default: .frontier
            }
    }

    /// The tier by what a model's output costs, which is what its maker thinks of it; of a model
    /// without a price by its parameters.
    ///
    /// Dollars per million output tokens: below 1 small, below 6 medium, below 25 large. Billions of
    /// parameters: below 15 small, below 100 medium, else large. Unknown where neither is known.
    private static func tier(of card: ModelCard) -> ModelTier? {
        if let parameters = card.parameters.flatMap(Self.billions) {
            return parameters < 15 ? .small : parameters < 100 ? .medium : .large
        }
        guard let output = card.prices.output, output > 0 else { return nil }
        let dollar: Int64 = 1_000_000_000
        if output < dollar { return .small }
        if output < 6 * dollar { return .medium }
        return output < 25 * dollar ? .large : .frontier
    }

    /// `117B (5.1B active)` is 117, `137M` is 0.
    private static func billions(_ text: String) -> Int? {
        let number = text.prefix { $0.isNumber }
        let rest = text.dropFirst(number.count).drop { $0 == "." || $0.isNumber }
        guard let value = Int(number) else { return nil }
        return rest.first == "M" ? 0 : rest.first == "B" ? value : nil
    }

    /// The softer capabilities, which no provider lists.
    private static func leanings(
        _ tasks: [TaskType],
        _ tier: ModelTier?,
        _ window: Int
    ) -> Capabilities {
        let code: Set<TaskType> = [
            .codeGeneration, .codeReview, .bugDetection, .refactoring, .testGeneration,
        ]
        var leanings: Capabilities = []
        if tasks.contains(where: code.contains) { leanings.insert(.coding) }
        if tasks.count >= 3 { leanings.insert(.general) }
        if tier == .small { leanings.insert(.fast) }
        if window >= 200_000 { leanings.insert(.longContext) }
        return leanings
    }
}

extension ProviderPolicy {
    /// Adds what is known of the provider's models: by the catalogue only where the provider is the
    /// kind's own service or the user's own server, since another address may serve other models
    /// under the same names.
    mutating func addCards(
        _ settings: ProviderSettings,
        catalog: Catalog,
        simulated: SimulatedProviderSpec?
    ) {
        if let simulated {
            cards = simulated.models.map { ModelPolicy($0) }
        } else if settings.type.isLocal || settings.baseURL == settings.type.defaultBaseURL {
            cards = catalog.models(of: settings.type).map { ModelPolicy($0) }
        }
        if !settings.models.isEmpty {
            cards = cards.filter { settings.models.contains($0.name) }
        }
        taskModels = settings.modelOverrides.compactMap { name, model in
            guard let task = TaskType(name: name) else { return nil }
            var line = TaskModel()
            line.task = task
            line.model = model
            return line
        }.sorted { $0.task.rawValue < $1.task.rawValue }
    }
}
