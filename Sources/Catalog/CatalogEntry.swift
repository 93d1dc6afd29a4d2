import Events
import Foundation

/// A model as it stands in a file: who it is, and the values that the file has for it.
struct CatalogEntry: Codable, Equatable, Sendable {
    var provider: String
    var id: String
    var context: Int?
    var maxOutput: Int?
    var usdPer1M: Prices?
    var asOf: String?
    var source: String?
    var longPromptFrom: Int?
    var parameters: String?
    var capabilities: [String]?
    var tasks: [String]?
    var strengths: [String]?
    var weaknesses: [String]?
    var benchmarks: [Score]?
    var gpuMemory: Memory?
    var `default`: Bool?
    var quality: [String: Decimal]?

    /// Dollars per million tokens, as decimal text.
    struct Prices: Codable, Equatable, Sendable {
        var input: String?
        var output: String?
        var cachedInput: String?
        var cacheWrite: String?
        var cacheWriteHour: String?
    }

    struct Score: Codable, Equatable, Sendable {
        var name: String
        var percent: Decimal
        var source: String
        var asOf: String
    }

    struct Memory: Codable, Equatable, Sendable {
        var bytes: Int
        var source: String
        var asOf: String
    }

    /// The entry's card: a new one, or `base` with this entry's values in place of its own.
    ///
    /// - Throws: `CatalogError.invalid`, which names the model and the field.
    func card(over base: ModelCard? = nil, origin: ValueOrigin) throws(CatalogError) -> ModelCard {
        guard let type = ProviderType(name: provider) else {
            throw invalid("provider", provider)
        }
        // A name goes to terminals as it is.
        let isPlain = id.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        guard isPlain else {
            throw .invalid(model: provider, field: "id", value: "control characters")
        }
        guard !id.isEmpty else { throw invalid("id", id) }
        var card = base ?? ModelCard(provider: type, id: id)
        card.set(origin, .context, \.contextWindow, try positive("context", context))
        card.set(origin, .maxOutput, \.maxOutput, try positive("maxOutput", maxOutput))
        card.set(origin, .capabilities, \.capabilities, try abilities())
        card.set(origin, .parameters, \.parameters, try parameterCount())
        card.set(origin, .tasks, \.tasks, try taskNames())
        card.set(origin, .strengths, \.strengths, strengths)
        card.set(origin, .weaknesses, \.weaknesses, weaknesses)
        card.set(origin, .benchmarks, \.benchmarks, try scores())
        card.set(origin, .gpuMemory, \.gpuMemory, try memory())
        card.set(origin, .quality, \.taskQuality, try taskQuality())
        try applyPrices(to: &card, origin)
        return card
    }

    private func applyPrices(
        to card: inout ModelCard,
        _ origin: ValueOrigin
    ) throws(CatalogError) {
        let date = try asOf.map { text throws(CatalogError) in try civilDate("asOf", text) }
        if let usdPer1M, !card.isLocal {
            guard let date else { throw invalid("asOf", "missing") }
            card.prices = TokenPrices(
                input: try price("input", usdPer1M.input),
                output: try price("output", usdPer1M.output),
                cachedInput: try price("cachedInput", usdPer1M.cachedInput),
                cacheWrite: try price("cacheWrite", usdPer1M.cacheWrite),
                cacheWriteHour: try price("cacheWriteHour", usdPer1M.cacheWriteHour)
            )
            card.longPromptFrom = try positive("longPromptFrom", longPromptFrom)
            card.source = source ?? "the user catalogue"
            card.pricesAsOf = date
            card.origins[.prices] = origin
        } else {
            if let source { card.source = source }
            if let date { card.pricesAsOf = date }
        }
    }

    private func price(_ field: String, _ text: String?) throws(CatalogError) -> Int64? {
        guard let text else { return nil }
        guard let amount = Nanodollars(dollars: text), amount >= .zero else {
            throw invalid("usdPer1M.\(field)", text)
        }
        return amount.count
    }

    private func positive(_ field: String, _ number: Int?) throws(CatalogError) -> Int? {
        if let number, number <= 0 { throw invalid(field, "\(number)") }
        return number
    }

    private func abilities() throws(CatalogError) -> Capabilities? {
        guard let capabilities else { return nil }
        var all: Capabilities = []
        for name in capabilities {
            guard let one = Capabilities(name: name) else { throw invalid("capabilities", name) }
            all.insert(one)
        }
        return all
    }

    private func parameterCount() throws(CatalogError) -> ParameterCount? {
        guard let parameters else { return nil }
        guard let count = ParameterCount(parameters) else {
            throw invalid("parameters", parameters)
        }
        return count
    }

    private func taskNames() throws(CatalogError) -> [String]? {
        for name in tasks ?? [] where TaskType(name: name) == nil { throw invalid("tasks", name) }
        return tasks
    }

    /// The ratings by task, in millionths.
    private func taskQuality() throws(CatalogError) -> [TaskType: Int]? {
        guard let quality else { return nil }
        var all: [TaskType: Int] = [:]
        for (name, rating) in quality {
            guard let task = TaskType(name: name) else { throw invalid("quality", name) }
            guard (0...1).contains(rating) else { throw invalid("quality.\(name)", "\(rating)") }
            all[task] = NSDecimalNumber(decimal: rating * 1_000_000).intValue
        }
        return all
    }

    private func scores() throws(CatalogError) -> [Benchmark]? {
        guard let benchmarks else { return nil }
        var all: [Benchmark] = []
        for score in benchmarks {
            guard (0...100).contains(score.percent) else {
                throw invalid("benchmarks.percent", "\(score.percent)")
            }
            let date = try civilDate("benchmarks.asOf", score.asOf)
            all.append(
                Benchmark(
                    name: score.name,
                    percent: score.percent,
                    source: score.source,
                    asOf: date
                )
            )
        }
        return all
    }

    private func memory() throws(CatalogError) -> GPUMemory? {
        guard let gpuMemory else { return nil }
        guard gpuMemory.bytes > 0 else { throw invalid("gpuMemory.bytes", "\(gpuMemory.bytes)") }
        let date = try civilDate("gpuMemory.asOf", gpuMemory.asOf)
        return GPUMemory(bytes: gpuMemory.bytes, source: gpuMemory.source, asOf: date)
    }

    private func civilDate(_ field: String, _ text: String) throws(CatalogError) -> CivilDate {
        guard let date = CivilDate(text: text) else { throw invalid(field, text) }
        return date
    }

    private func invalid(_ field: String, _ value: String) -> CatalogError {
        .invalid(model: "\(provider):\(id)", field: field, value: value)
    }
}

extension ModelCard {
    /// Takes a value that may be unknown, if the file has one.
    fileprivate mutating func set<Value>(
        _ origin: ValueOrigin,
        _ field: CardField,
        _ path: WritableKeyPath<ModelCard, Value?>,
        _ value: Value?
    ) {
        guard let value else { return }
        self[keyPath: path] = value
        origins[field] = origin
    }

    /// Takes a list, if the file has one.
    fileprivate mutating func set<Element>(
        _ origin: ValueOrigin,
        _ field: CardField,
        _ path: WritableKeyPath<ModelCard, [Element]>,
        _ value: [Element]?
    ) {
        guard let value else { return }
        self[keyPath: path] = value
        origins[field] = origin
    }
}

extension CivilDate {
    /// The date written as YYYY-MM-DD, if there is such a day.
    fileprivate init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        self = date
    }
}
