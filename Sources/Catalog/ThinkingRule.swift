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
    static let shipped: Result<[ThinkingRule], CatalogError> = file.map(\.rules)

    /// The file that this version ships.
    static let file: Result<File, CatalogError> = Result { () throws(CatalogError) in
        do {
            let data = Data(PackageResources.thinking_json)
            return try JSONDecoder().decode(File.self, from: data)
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }

    /// What the file holds.
    struct File: Decodable, Sendable {
        let rules: [ThinkingRule]
        let returned: [ReturnedThinking]
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

extension ThinkingRule {
    /// What holds for models whose names begin alike.
    struct Beginning: Sendable {
        let text: String
        let control: ThinkingControl?
    }

    /// The shipped rules by their kind of provider, the longest beginning first; of equal ones the
    /// first in the file.
    ///
    /// Each request looks at them, so they are read once.
    static let beginnings: [ProviderType: [Beginning]] = {
        guard case .success(let rules) = shipped else { return [:] }
        var table: [ProviderType: [Beginning]] = [:]
        for rule in rules {
            guard let type = ProviderType(rawValue: rule.provider) else { continue }
            let control = rule.control
            table[type, default: []] += rule.models.map { Beginning(text: $0, control: control) }
        }
        return table.mapValues { beginnings in
            beginnings.enumerated().sorted { left, right in
                let lengths = (left.element.text.utf8.count, right.element.text.utf8.count)
                return lengths.0 == lengths.1 ? left.offset < right.offset : lengths.0 > lengths.1
            }.map(\.element)
        }
    }()
}

extension Catalog {
    /// How a model is told how much to think; `nil` where nobody knows.
    ///
    /// A card that says what the model can, and reasoning is not of it, wins over the rules by name,
    /// of which the one with the longest beginning holds.
    public func thinking(provider: ProviderType, id: String) -> ThinkingControl? {
        if let place = place(provider: provider, id: id), let able = cards[place].capabilities,
            !able.contains(.reasoning)
        {
            return ThinkingControl(.never)
        }
        // Gemini's own lists name a model with its collection.
        let collection = "models/"
        let name = id.hasPrefix(collection) ? String(id.dropFirst(collection.count)) : id
        return ThinkingRule.beginnings[provider]?.first { name.hasPrefix($0.text) }?.control
    }
}
