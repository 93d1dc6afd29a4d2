import Events
import Foundation

/// A model as LiteLLM's price file has it: whatever its members are, since the file is written by
/// many hands; an odd one spoils its own model, not the file.
struct LiteLLMModel: Decodable {
    /// A member's value; a number is taken from its decimal text, so that 1.5e-07 is exact.
    enum Value: Decodable {
        case number(Decimal)
        case text(String)
        case bool(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Decimal.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else {
                self = .other
            }
        }
    }

    /// Why a model can't be taken.
    struct Unusable: Error {
        let reason: String
    }

    private var members: [String: Value]?

    init(from decoder: any Decoder) throws {
        members = try? [String: Value](from: decoder)
    }

    /// The model's entry in a user catalogue; of a model that is known already just the prices.
    ///
    /// - Throws: `Unusable`, with the reason for people.
    func entry(
        named name: String,
        file: String,
        asOf: String,
        knows: (ProviderType, String) -> Bool
    ) throws(Unusable) -> CatalogEntry {
        guard members != nil else { throw Unusable(reason: "it is not an object") }
        let service = text("litellm_provider") ?? ""
        guard let type = Self.types[service] else {
            throw Unusable(reason: service.isEmpty ? "it names no provider" : "provider \(service)")
        }
        let mode = text("mode") ?? "chat"
        guard ["chat", "completion", "responses", "embedding"].contains(mode) else {
            throw Unusable(reason: "mode \(mode)")
        }
        let prefix = service + "/"
        let id = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        var entry = CatalogEntry(provider: type.name, id: id)
        entry.usdPer1M = try prices(type, id, mode)
        entry.longPromptFrom = longPromptFrom
        entry.asOf = asOf
        entry.source = "\(file) in LiteLLM's format" + (text("source").map { ", from \($0)" } ?? "")
        guard !knows(type, id) else { return entry }
        // The longest prompt; a whole conversation may be that long at least.
        entry.context = count("max_input_tokens")
        entry.maxOutput = count("max_output_tokens")
        entry.capabilities = capabilities(mode)
        return entry
    }

    /// LiteLLM's names of the services whose models Logway knows under the same ids.
    ///
    /// The local ones are left out, as their tokens cost nothing; so is `github`, whose ids are of an
    /// older service.
    private static let types: [String: ProviderType] = [
        "openai": .openai, "anthropic": .claude, "gemini": .google, "groq": .groq,
        "openrouter": .openrouter, "together_ai": .together,
    ]

    private func prices(
        _ type: ProviderType,
        _ id: String,
        _ mode: String
    ) throws(Unusable) -> CatalogEntry.Prices {
        let prices = CatalogEntry.Prices(
            input: try dollars("input_cost_per_token"),
            output: try dollars("output_cost_per_token"),
            cachedInput: try dollars("cache_read_input_token_cost"),
            cacheWrite: try dollars("cache_creation_input_token_cost"),
            cacheWriteHour: try dollars("cache_creation_input_token_cost_above_1hr")
        )
        guard let input = prices.input, let output = prices.output else {
            throw Unusable(reason: "no price per token")
        }
        // A 0 stands for unknown in places; only where nothing is surely meant is it believed.
        let isFree = type == .openrouter && id.hasSuffix(":free")
        if !isFree, input == "0" || (output == "0" && mode != "embedding") {
            throw Unusable(reason: "a price of 0, which may mean unknown")
        }
        return prices
    }

    /// Dollars per million tokens as decimal text, from dollars per token.
    private func dollars(_ key: String) throws(Unusable) -> String? {
        let number: Decimal
        switch members?[key] {
        case nil, .other: return nil
        case .number(let value): number = value
        case .text(let text):
            guard let value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")),
                text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) })
            else { throw Unusable(reason: "`\(key)` isn't a number") }
            number = value
        case .bool: throw Unusable(reason: "`\(key)` isn't a number")
        }
        guard number >= 0 else { throw Unusable(reason: "a negative price") }
        guard let amount = Nanodollars(dollars: "\(number * 1_000_000)") else {
            throw Unusable(reason: "`\(key)` is no whole number of nano-dollars per million tokens")
        }
        return amount.description
    }

    /// The least prompt length beyond which another price holds: `…_above_200k_tokens`.
    private var longPromptFrom: Int? {
        (members ?? [:]).keys.compactMap { key in
            key.wholeMatch(of: /input_cost_per_token_above_([0-9]{1,6})k_tokens/)
                .flatMap { Int($0.1) }.map { $0 * 1_000 }
        }.min()
    }

    private func capabilities(_ mode: String) -> [String] {
        guard mode != "embedding" else { return Capabilities.embeddings.names }
        var all: Capabilities = .streaming
        if isTrue("supports_function_calling") { all.insert(.tools) }
        if isTrue("supports_vision") { all.insert(.vision) }
        if isTrue("supports_response_schema") { all.insert(.structuredOutput) }
        if isTrue("supports_reasoning") { all.insert(.reasoning) }
        return all.names
    }

    private func text(_ key: String) -> String? {
        if case .text(let text) = members?[key] { text } else { nil }
    }

    private func isTrue(_ key: String) -> Bool {
        if case .bool(true) = members?[key] { true } else { false }
    }

    /// A positive whole number, also one in quotes; `nil` for anything else.
    private func count(_ key: String) -> Int? {
        let text: String
        switch members?[key] {
        case .number(let value): text = "\(value)"
        case .text(let value): text = value
        default: return nil
        }
        return Int(text).flatMap { $0 > 0 ? $0 : nil }
    }
}
