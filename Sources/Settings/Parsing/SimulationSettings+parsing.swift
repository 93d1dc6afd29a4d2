import Catalog
import Events
import Yams

extension SimulationSettings {
    private static let keys = [
        "seed", "local", "failureRate", "rateLimitRate", "retryAfterMs", "cutRate", "latencyMs",
        "tokensPerSecond",
        "models", "outcomes",
    ]

    /// The section `simulation` of a provider; `nil` if there is none, or none is allowed.
    init?(_ parent: Section, of provider: ProviderSettings) {
        guard parent.has("simulation") else { return nil }
        guard provider.type == .simulated else {
            parent.report("is for the type `simulated` only", at: "simulation")
            return nil
        }
        guard let section = parent.section("simulation", known: Self.keys) else { return nil }
        readRates(section)
        if let latency = Latency(section) {
            latencyMean = latency.mean ?? latencyMean
            latencyDeviation = latency.deviation ?? latencyDeviation
        }
        outcomesFile = section.file("outcomes")
        models = section.list("models").compactMap { node, path in
            SimulatedModel(node, path: path, section.diagnostics)
        }
        if !section.has("models") {
            section.report("is missing", at: "models", suggestion: "name one: `- name: sim-small`")
        }
        for (place, model) in models.enumerated()
        where models[..<place].contains(where: { $0.name == model.name }) {
            section.report("the model \(Quotation.safe(model.name)) is named twice", at: "models")
        }
    }

    private mutating func readRates(_ section: Section) {
        if let seed = section.count("seed", in: 0...Int.max) { self.seed = UInt64(seed) }
        if let flag = section.flag("local") { isLocal = flag }
        if let rate = section.number("failureRate", in: 0...1) { failureRate = rate }
        if let rate = section.number("rateLimitRate", in: 0...1) { rateLimitRate = rate }
        if let wait = section.milliseconds("retryAfterMs") { retryAfter = wait }
        if let rate = section.number("cutRate", in: 0...1) { cutRate = rate }
        if let speed = section.speed("tokensPerSecond") { tokensPerSecond = speed }
    }
}

extension SimulatedModel {
    private static let keys = [
        "name", "costPer1MTokens", "quality", "contextWindow", "latencyMs", "tokensPerSecond",
        "outcomeModel", "capabilities",
    ]

    /// An entry of the list `models`.
    init?(_ node: Node, path: String, _ diagnostics: Diagnostics) {
        guard let section = Section(node, path: path, known: Self.keys, diagnostics: diagnostics)
        else { return nil }
        guard let name = section.text("name"), !name.isEmpty else {
            if !section.has("name") { section.report("is missing", at: "name") }
            return nil
        }
        self.init(name: name)
        prices = section.prices("costPer1MTokens")
        if let quality = section.number("quality", in: 0...1) { self.quality = quality }
        if let window = section.count("contextWindow", in: 1...Int.max) { contextWindow = window }
        if let latency = Latency(section) {
            latencyMean = latency.mean
            latencyDeviation = latency.deviation
        }
        tokensPerSecond = section.speed("tokensPerSecond")
        outcomeModel = section.text("outcomeModel")
        capabilities = section.capabilities("capabilities")
    }
}

/// The section `latencyMs`.
private struct Latency {
    var mean: Duration?
    var deviation: Duration?

    init?(_ parent: Section) {
        guard let section = parent.section("latencyMs", known: ["mean", "deviation"]) else {
            return nil
        }
        mean = section.milliseconds("mean", in: 0...600_000)
        deviation = section.milliseconds("deviation", in: 0...600_000)
    }
}

extension Section {
    /// A list of capabilities; `nil` when the key is not there.
    fileprivate func capabilities(_ key: String) -> Capabilities? {
        guard has(key) else { return nil }
        return list(key).reduce(into: Capabilities()) { all, item in
            guard let name = diagnostics.text(item.node, item.path) else { return }
            if let one = Capabilities(name: name) { return all.formUnion(one) }
            diagnostics.report(
                "\(Quotation.safe(name)) is not a capability",
                at: item.node,
                item.path,
                suggestion: SpellingSuggestion.suggestion(for: name, among: Capabilities.allNames)
            )
        }
    }

    /// A speed in tokens a second; 0 is as fast as can be.
    fileprivate func speed(_ key: String) -> Double? { number(key, in: 0...1_000_000) }
}
