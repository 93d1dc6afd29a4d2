import Events
import JSONBytes

extension ParsedRequest {
    /// Fields by which a server that is a router itself goes on to other models than the one that it is asked
    /// for: OpenRouter's `models`, `route` and `preset`, LiteLLM's `fallbacks`.
    ///
    /// Who answers is decided here, and prices, tenants' models and `explain` go by it.
    private static let reroutingKeys: JSONKeys = ["models", "route", "preset", "fallbacks"]

    /// Fields by which more is asked for than tokens of the model.
    private static let surchargeKeys: JSONKeys = [
        "service_tier", "web_search_options", "plugins", "audio", "modalities",
    ]

    /// Service tiers that cost what the list says, or less; `auto` is what the project is set to.
    ///
    /// Sources: OpenAI's reference, "service_tier"; Anthropic's "Service tiers"; Groq's; November 2026.
    private static let listPriceTiers: Set<String> = [
        "", "auto", "default", "standard", "standard_only", "on_demand", "flex", "batch",
    ]

    /// Reads what would have a provider do something else than what is decided, or bill something else than
    /// what is reserved, where the body passes to it as it is.
    mutating func readBesides() throws(RequestError) {
        let body = Field(value: root, path: "")
        let ways = try body.scanDeciding(Self.reroutingKeys)
        rerouting = ways.indices.filter { ways[$0] != nil }.map { Self.reroutingKeys[$0] }
        let found = try body.scanDeciding(Self.surchargeKeys)
        for (index, value) in found.enumerated() {
            guard let value else { continue }
            let costsMore =
                switch Self.surchargeKeys[index] {
                case "service_tier":
                    !Self.listPriceTiers.contains(value.string?.lowercased() ?? "?")
                case "modalities":
                    value.kind != .array || value.elements.contains { !$0.isString("text") }
                case "plugins": value.elements.contains { _ in true }
                default: true
                }
            if costsMore { surcharges.append(Self.surchargeKeys[index]) }
        }
    }
}
