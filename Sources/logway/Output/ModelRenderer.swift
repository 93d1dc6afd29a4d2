import Catalog
import Events
import JSONBytes
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
        JSONWriter.text { card in
            card.array("benchmarks") { list in
                for benchmark in benchmarks { list.object { benchmark.write(to: &$0) } }
            }
            card.member("capabilities", ifPresent: capabilities?.names)
            card.member("context_tokens", ifPresent: contextWindow)
            card.member(
                "expected_quality_ppm",
                counts: Dictionary(
                    uniqueKeysWithValues: catalog.expectations(of: self)
                        .map { ($0.name, $0.rating) }
                )
            )
            if let gpuMemory {
                card.object("gpu_memory") { gpuMemory.write(to: &$0) }
            }
            card.member("local", isLocal)
            card.member("max_output_tokens", ifPresent: maxOutput)
            card.member("model", id)
            card.object("origins") { list in
                for (field, origin) in origins.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    list.member(field.rawValue, origin.rawValue)
                }
            }
            if let parameters {
                card.object("parameters") { parameters.write(to: &$0) }
            }
            card.object("prices") { prices.write(to: &$0) }
            card.member("prices_as_of", ifPresent: pricesAsOf.map(ModelTexts.day))
            card.member("prices_up_to_prompt_tokens", ifPresent: longPromptFrom)
            card.member("provider", provider.name)
            if let taskQuality {
                card.member(
                    "quality_ppm",
                    counts: Dictionary(
                        uniqueKeysWithValues: taskQuality.map { ($0.key.name, $0.value) }
                    )
                )
            }
            card.member("source", ifPresent: source)
            card.member("strengths", strengths)
            card.member("tasks", tasks)
            card.member("tier", ifPresent: tier.map { "\($0)" })
            card.member("weaknesses", weaknesses)
        }
    }
}

extension TokenPrices {
    /// Writes the prices that are known, in nano-dollars per million tokens.
    func write(to object: inout JSONWriter) {
        object.member("cache_write_hour_nanodollars_per_1m", ifPresent: cacheWriteHour)
        object.member("cache_write_nanodollars_per_1m", ifPresent: cacheWrite)
        object.member("cached_input_nanodollars_per_1m", ifPresent: cachedInput)
        object.member("input_nanodollars_per_1m", ifPresent: input)
        object.member("output_nanodollars_per_1m", ifPresent: output)
    }
}

extension ParameterCount {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("active", ifPresent: active)
        object.member("text", text)
        object.member("total", total)
    }
}

extension Benchmark {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("as_of", ModelTexts.day(asOf))
        object.member("name", name)
        object.member("percent", "\(percent)")
        object.member("source", source)
    }
}

extension GPUMemory {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("as_of", ModelTexts.day(asOf))
        object.member("bytes", bytes)
        object.member("source", source)
    }
}
