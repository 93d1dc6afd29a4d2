import Catalog
import Events
public import Settings
public import Simulation

/// What a demo sends, and to which simulated providers.
public struct DemoPlan: Sendable {
    /// One request of the demo.
    struct Ask: Sendable {
        var model: String
        var prompt: String
        var task: String
        var isStreamed: Bool
        /// Whether the client speaks Anthropic's API instead of OpenAI's.
        var isAnthropic: Bool
        /// The row of the outcome table that the prompt is from.
        var row: OutcomeRow?

        /// The header that says what it is: its task where the gateway knows such a kind of work,
        /// which the domains of outcome tables need not be, else a label.
        var hint: (name: String, value: String) {
            if TaskType(name: task) != nil { return (name: "x-logway-task", value: task) }
            let label = "domain=\(task.filter { $0 != "," })"
            // A longer one would be refused.
            var shown = label
            while shown.utf8.count > 64 { shown.unicodeScalars.removeLast() }
            return (name: "x-logway-tags", value: shown)
        }
    }

    /// The simulated providers, and the gateway before them on any free port.
    public let settings: Settings
    let asks: [Ask]
    /// How good an answer was, from 0 to 1, where that is known.
    let score: @Sendable (Ask, _ model: String) -> Double?

    private init(
        _ settings: Settings,
        asks: [Ask],
        score: @escaping @Sendable (Ask, _ model: String) -> Double?
    ) {
        var settings = settings
        settings.server.port = 0
        self.settings = settings
        self.asks = asks
        self.score = score
    }

    /// Requests of the demo's own, to three providers of which two have bad days.
    public static func ownPrompts(count: Int) -> DemoPlan {
        var local = provider(.local, priority: 1)
        local.simulation = simulation(SimulatedProviderSpec.builtIn(named: .local), failing: 0.06)
        local.simulation?.isLocal = true
        var fast = provider(.fast, priority: 2)
        fast.simulation = simulation(
            SimulatedProviderSpec.builtIn(named: .fast),
            failing: 0.08,
            limited: 0.15
        )
        var strong = provider(.strong, priority: 3)
        strong.simulation = simulation(SimulatedProviderSpec.builtIn(named: .strong), failing: 0)
        let providers = [local, fast, strong]
        let models = providers.compactMap(\.simulation).flatMap(\.models)
        var settings = Settings(origin: .discovery, providers: providers)
        settings.chains["frugal"] = [.provider(.fast), .provider(.local), .provider(.strong)]
        // The chains fail over; a model that is asked for by name has one provider here.
        let reliable = strong.simulation?.models.map(\.name) ?? []
        let names = ["auto", "auto:frugal", "auto"] + reliable
        let prompts = DemoPrompts.all
        let asks = (0..<count).map { index in
            Ask(
                model: names[index % names.count],
                prompt: prompts[index % prompts.count].prompt,
                task: prompts[index % prompts.count].task,
                isStreamed: index % 3 == 1,
                isAnthropic: index % 5 == 2
            )
        }
        let qualities = Dictionary(models.map { ($0.name, $0.quality) }) { first, _ in first }
        return DemoPlan(settings, asks: asks) { ask, model in
            // Right or wrong, as often as the model's quality says, the same in every run.
            guard let quality = qualities[model] else { return nil }
            let draw = (ask.prompt + model).utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
                ($0 ^ UInt64($1)) &* 1_099_511_628_211
            }
            return Double(draw % 1_000) < quality * 1_000 ? 1 : 0
        }
    }

    /// The prompts of an outcome table, to a provider with some failures and one that backs it up;
    /// both have every model of the table, answering as it was recorded.
    ///
    /// - Parameters:
    ///   - table: what is sent, and what each model answers.
    ///   - file: where the table is, for the providers.
    /// - Returns: a request for each row.
    public static func outcomes(_ table: OutcomeTable, file: String) -> DemoPlan {
        let models = table.models.map { name in
            SimulatedModel(name: name, prices: table.prices(of: name))
        }.sorted { ($0.prices?.output ?? .max) < ($1.prices?.output ?? .max) }
        var primary = provider("sim-primary", priority: 1)
        primary.simulation = simulation(models: models, failing: 0.04, limited: 0.02)
        var backup = provider("sim-backup", priority: 2)
        backup.simulation = simulation(models: models, failing: 0)
        primary.simulation?.outcomesFile = file
        backup.simulation?.outcomesFile = file
        primary.defaultModel = models.first?.name
        backup.defaultModel = models.first?.name
        let names = ["auto"] + models.map(\.name)
        let asks = table.rows.enumerated().map { index, row in
            Ask(
                model: names[index % names.count],
                prompt: row.prompt,
                task: row.domain,
                isStreamed: index % 4 == 1,
                isAnthropic: index % 5 == 2,
                row: row
            )
        }
        let settings = Settings(origin: .discovery, providers: [primary, backup])
        return DemoPlan(settings, asks: asks) { ask, model in
            ask.row?.outcomes[model]?.quality
        }
    }

    private static func provider(_ name: String, priority: Int) -> ProviderSettings {
        ProviderSettings(type: .simulated, name: name, priority: priority)
    }

    /// A built-in provider with failures, and quicker than life so that the demo is short.
    private static func simulation(
        _ spec: SimulatedProviderSpec,
        failing: Double,
        limited: Double = 0
    ) -> SimulationSettings {
        let models = spec.models.filter { !$0.embeds }.map { model in
            SimulatedModel(
                name: model.name,
                prices: model.prices,
                quality: model.quality,
                contextWindow: model.contextWindow
            )
        }
        return simulation(models: models, failing: failing, limited: limited)
    }

    private static func simulation(
        models: [SimulatedModel],
        failing: Double,
        limited: Double = 0
    ) -> SimulationSettings {
        var simulation = SimulationSettings()
        simulation.models = models
        simulation.failureRate = failing
        simulation.rateLimitRate = limited
        // Quicker than life as well: a wait of seconds would outlast the demo, and hide the next one.
        simulation.retryAfter = .milliseconds(5)
        simulation.latencyMean = .milliseconds(20)
        simulation.latencyDeviation = .milliseconds(10)
        simulation.tokensPerSecond = 2_000
        return simulation
    }
}

extension String {
    fileprivate static var local: String { BuiltInSimulation.local }
    fileprivate static var fast: String { BuiltInSimulation.fast }
    fileprivate static var strong: String { BuiltInSimulation.strong }
}
