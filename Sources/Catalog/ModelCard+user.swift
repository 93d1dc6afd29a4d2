extension ModelCard {
    /// The card with the values alone that the user wrote or imported; `nil` where there is none.
    ///
    /// What the shipped catalogue says is of a public service, and another server may have other models
    /// under the same names; what the user says holds wherever the provider is.
    public var ofUser: ModelCard? {
        let own = origins.filter { $0.value != .shipped }
        guard !own.isEmpty else { return nil }
        var card = ModelCard(provider: provider, id: id)
        card.origins = own
        for field in own.keys {
            switch field {
            case .context: card.contextWindow = contextWindow
            case .maxOutput: card.maxOutput = maxOutput
            case .prices:
                card.prices = prices
                card.longPromptFrom = longPromptFrom
                card.pricesAsOf = pricesAsOf
                card.source = source
            case .capabilities: card.capabilities = capabilities
            case .parameters: card.parameters = parameters
            case .tasks: card.tasks = tasks
            case .strengths: card.strengths = strengths
            case .weaknesses: card.weaknesses = weaknesses
            case .benchmarks: card.benchmarks = benchmarks
            case .gpuMemory: card.gpuMemory = gpuMemory
            case .quality: card.taskQuality = taskQuality
            }
        }
        return card
    }
}
