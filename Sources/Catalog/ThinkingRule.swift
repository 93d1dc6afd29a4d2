public import Events
import Foundation

/// How the models of a provider whose names begin alike are told how much to think.
///
/// Sources/Catalog/Data/thinking.json has the shipped ones, each with its source and date.
struct ThinkingRule: Decodable, Sendable {
    let provider: String
    /// The beginnings of the names.
    let models: [String]
    let form: String
    var efforts: [String]?
    /// The least and the most tokens.
    var budget: [Int]?
    var on: String?
    var off: String?
    let source: String
    let asOf: String

    /// The rules that this version ships.
    static let shipped: Result<[ThinkingRule], CatalogError> = Result { () throws(CatalogError) in
        do {
            let data = Data(PackageResources.thinking_json)
            return try JSONDecoder().decode(File.self, from: data).rules
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }

    private struct File: Decodable {
        let rules: [ThinkingRule]
    }

    /// The rule as a control; `nil` where a word of it is none.
    var control: ThinkingControl? {
        guard let form = ThinkingControl.Form(rawValue: form) else { return nil }
        let words = efforts ?? []
        let efforts = words.compactMap(ThinkingEffort.init)
        guard efforts.count == words.count, form != .effort || !efforts.isEmpty else { return nil }
        var control = ThinkingControl(form, efforts: efforts, on: on, off: off)
        if form == .budget {
            guard let budget, budget.count == 2, 0 < budget[0], budget[0] <= budget[1] else {
                return nil
            }
            control.budgets = budget[0]...budget[1]
        }
        return control
    }
}

extension Catalog {
    /// How a model is told how much to think; `nil` where nobody knows.
    ///
    /// A card that says what the model can, and reasoning is not of it, wins over the rules by name,
    /// of which the one with the longest beginning holds.
    public func thinking(provider: ProviderType, id: String) -> ThinkingControl? {
        if let able = model(provider: provider, id: id)?.capabilities, !able.contains(.reasoning) {
            return ThinkingControl(.never)
        }
        guard case .success(let rules) = ThinkingRule.shipped else { return nil }
        // Gemini's own lists name a model with its collection.
        let id = id.hasPrefix("models/") ? id.dropFirst("models/".count) : id[...]
        var found: (rule: ThinkingRule, length: Int)?
        for rule in rules where rule.provider == provider.name {
            for beginning in rule.models where id.hasPrefix(beginning) {
                let length = beginning.utf8.count
                if length > found?.length ?? -1 { found = (rule, length) }
            }
        }
        return found?.rule.control
    }
}
