import Catalog
import Events
import Settings

extension ModelPolicy {
    /// What the catalogue knows of a model, as routing uses it.
    init(_ card: ModelCard, in catalog: Catalog) {
        self.init()
        name = card.id
        contextWindow = card.contextWindow
        tasks = card.tasks.compactMap { TaskType(name: $0) }
        tier = card.tier
        quality = catalog.expectedQuality(of: card)
        taskQuality = TaskType.allCases.compactMap { task in
            catalog.expectedQuality(of: card, for: task).map { TaskQuality(task, $0) }
        }
        capabilities = card.capabilities?.union(
            Self.inferredCapabilities(tasks, tier, card.contextWindow)
        )
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

    /// The softer capabilities, which no provider lists.
    private static func inferredCapabilities(
        _ tasks: [TaskType],
        _ tier: ModelTier?,
        _ window: Int?
    ) -> Capabilities {
        let code: Set<TaskType> = [
            .codeGeneration, .codeReview, .bugDetection, .refactoring, .testGeneration,
        ]
        var inferredCapabilities: Capabilities = []
        if tasks.contains(where: code.contains) { inferredCapabilities.insert(.coding) }
        if tasks.count >= 3 { inferredCapabilities.insert(.general) }
        if tier == .small { inferredCapabilities.insert(.fast) }
        if let window, window >= 200_000 { inferredCapabilities.insert(.longContext) }
        return inferredCapabilities
    }
}

extension ProviderPolicy {
    /// Adds what is known of the provider's models: by the shipped catalogue only where the provider is
    /// the kind's own service or the user's own server, since another address may serve other models
    /// under the same names; by the user's wherever it is.
    mutating func addCards(
        _ settings: ProviderSettings,
        catalog: Catalog,
        simulated: SimulatedProviderSpec?
    ) {
        if let simulated {
            cards = simulated.models.map { ModelPolicy($0) }
        } else if settings.type.isLocal || settings.isDefaultService {
            cards = catalog.models(of: settings.type).map { ModelPolicy($0, in: catalog) }
        } else {
            cards = catalog.models(of: settings.type).compactMap(\.ofUser)
                .map { ModelPolicy($0, in: catalog) }
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
