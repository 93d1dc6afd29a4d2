import Catalog
import Events
import Queries
import Reporting

/// What `logway models` says of models to people.
enum ModelTexts {
    static let unknown = "unknown"

    /// A line for each model.
    static func table(_ cards: [ModelCard]) -> String {
        var table = TextTable([
            .text("MODEL"), .text("PROVIDER"), .number("CONTEXT"), .number("$/M IN"),
            .number("$/M OUT"), .text("TIER"), .text("FROM"), .text("CAPABILITIES"),
        ])
        for card in cards {
            table.add([
                card.id, card.provider.name, card.contextWindow.map(String.init) ?? unknown,
                dollars(card.prices.input), dollars(card.prices.output),
                card.tier.map { "\($0)" } ?? unknown, origin(card),
                card.capabilities?.names.joined(separator: ", ") ?? unknown,
            ])
        }
        return table.text()
    }

    /// Everything that is known of a model, each value with its origin.
    static func page(_ card: ModelCard, in catalog: Catalog) -> String {
        var rows = TextTable([.text("VALUE"), .text("IS"), .text("FROM")])
        func add(_ title: String, _ value: String?, _ field: CardField?) {
            let origin = field.flatMap { card.origins[$0]?.rawValue } ?? ""
            rows.add([title, value ?? unknown, value == nil ? "" : origin])
        }
        func list(_ values: [String]) -> String? {
            values.isEmpty ? nil : values.joined(separator: ", ")
        }
        add("context", card.contextWindow.map { "\($0) tokens" }, .context)
        add("longest answer", card.maxOutput.map { "\($0) tokens" }, .maxOutput)
        add("parameters", card.parameters?.text, .parameters)
        add("tier", card.tier.map { "\($0)" }, nil)
        add("capabilities", card.capabilities.map { list($0.names) ?? "none" }, .capabilities)
        add("tasks", list(card.tasks), .tasks)
        let ratings = (card.taskQuality ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.name) \(Double($0.value) / 1_000_000)" }
        add("quality", list(ratings), .quality)
        let expected = catalog.expectations(of: card)
            .map { "\($0.name) \(Double($0.rating) / 1_000_000)" }
        add("expected quality", list(expected), nil)
        add("strengths", list(card.strengths), .strengths)
        add("weaknesses", list(card.weaknesses), .weaknesses)
        add("GPU memory", card.gpuMemory.map { "\($0.bytes) bytes, and the context" }, .gpuMemory)
        var text = "\(card.name)\n" + rows.text(indent: 2) + "\n" + prices(card)
        if !card.benchmarks.isEmpty {
            var table = TextTable([
                .text("BENCHMARK"), .number("PER CENT"), .text("DATE"), .text("SOURCE"),
            ])
            for score in card.benchmarks {
                table.add([score.name, "\(score.percent)", day(score.asOf), score.source])
            }
            text += "\n" + table.text(indent: 2)
        }
        return text + "\n" + sources(card)
    }

    /// The prices with what holds of all of them.
    private static func prices(_ card: ModelCard) -> String {
        guard !card.isLocal else { return "  costs nothing: it runs on your own hardware\n" }
        var table = TextTable([.text("TOKENS"), .number("$ PER MILLION")])
        table.add(["input", dollars(card.prices.input)])
        table.add(["output", dollars(card.prices.output)])
        let input = card.prices.input == nil ? unknown : "as input"
        table.add(["read from the cache", card.prices.cachedInput.map(dollars) ?? input])
        table.add(["written to the cache", card.prices.cacheWrite.map(dollars) ?? input])
        if let hour = card.provider.completed(card.prices).cacheWriteHour {
            table.add(["… for an hour", dollars(hour)])
        }
        var text = table.text(indent: 2)
        if let limit = card.longPromptFrom {
            text += "  for prompts up to \(limit) tokens; beyond that the price is unknown\n"
        }
        return text
    }

    /// Who says so, and when.
    private static func sources(_ card: ModelCard) -> String {
        var table = TextTable([.text("OF"), .text("FROM"), .text("DATE"), .text("SOURCE")])
        table.add([
            card.isLocal ? "the card" : "prices and the card",
            (card.origins[.prices] ?? card.origins.values.max())?.rawValue ?? unknown,
            card.pricesAsOf.map(day) ?? unknown, card.source ?? unknown,
        ])
        if let memory = card.gpuMemory {
            let origin = card.origins[.gpuMemory]?.rawValue ?? unknown
            table.add(["GPU memory", origin, day(memory.asOf), memory.source])
        }
        return table.text(indent: 2)
    }

    /// `shipped`, or what is not: `imported: prices`.
    private static func origin(_ card: ModelCard) -> String {
        let parts = ValueOrigin.allCases.reversed().compactMap { origin -> String? in
            let fields = CardField.allCases.filter { card.origins[$0] == origin }
            guard !fields.isEmpty else { return nil }
            return fields.count == card.origins.count || origin == .shipped
                ? origin.rawValue
                : "\(origin.rawValue) \(fields.map(\.rawValue).joined(separator: " "))"
        }
        return parts.joined(separator: ", ")
    }

    static func day(_ date: CivilDate) -> String { String(date.start.description.prefix(10)) }

    static func dollars(_ price: Int64?) -> String {
        price.map { Nanodollars($0).description } ?? unknown
    }
}

extension ModelCard {
    /// The card as one line of JSON; what is not known is left out.
    func json(in catalog: Catalog) -> String {
        JSONText.object([
            "provider": .text(provider.name),
            "model": .text(id),
            "local": .bool(isLocal),
            "context_tokens": contextWindow.map { .int($0) },
            "max_output_tokens": maxOutput.map { .int($0) },
            "prices": prices.json,
            "prices_up_to_prompt_tokens": longPromptFrom.map { .int($0) },
            "prices_as_of": pricesAsOf.map { .text(ModelTexts.day($0)) },
            "source": source.map { .text($0) },
            "capabilities": capabilities.map { .array($0.names.map { .text($0) }) },
            "parameters": parameters?.json,
            "tier": tier.map { .text("\($0)") },
            "tasks": .array(tasks.map { .text($0) }),
            "strengths": .array(strengths.map { .text($0) }),
            "weaknesses": .array(weaknesses.map { .text($0) }),
            "benchmarks": .array(benchmarks.map(\.json)),
            "gpu_memory": gpuMemory?.json,
            "quality_ppm": taskQuality.map { ratings in
                .object(
                    Dictionary(
                        uniqueKeysWithValues: ratings.map { ($0.key.name, .int($0.value)) }
                    )
                )
            },
            "expected_quality_ppm": .object(
                Dictionary(
                    uniqueKeysWithValues: catalog.expectations(of: self)
                        .map { ($0.name, .int($0.rating)) }
                )
            ),
            "origins": .object(
                Dictionary(
                    uniqueKeysWithValues: origins.map { ($0.rawValue, .text($1.rawValue)) }
                )
            ),
        ])
    }
}

extension TokenPrices {
    /// The prices that are known, in nano-dollars per million tokens.
    var json: JSONText {
        let all = [
            "input": input, "output": output, "cached_input": cachedInput,
            "cache_write": cacheWrite, "cache_write_hour": cacheWriteHour,
        ]
        return .object(
            Dictionary(
                uniqueKeysWithValues: all.compactMap { name, price in
                    price.map { ("\(name)_nanodollars_per_1m", .int(Int($0))) }
                }
            )
        )
    }
}

extension ParameterCount {
    fileprivate var json: JSONText {
        var members: [String: JSONText] = ["text": .text(text), "total": .int(total)]
        members["active"] = active.map { .int($0) }
        return .object(members)
    }
}

extension Benchmark {
    fileprivate var json: JSONText {
        .object([
            "name": .text(name), "percent": .text("\(percent)"), "source": .text(source),
            "as_of": .text(ModelTexts.day(asOf)),
        ])
    }
}

extension GPUMemory {
    fileprivate var json: JSONText {
        .object([
            "bytes": .int(bytes), "source": .text(source), "as_of": .text(ModelTexts.day(asOf)),
        ])
    }
}
