import Events
import Yams

extension Settings {
    /// The section `aliases`: names of the clients' choice, each with what it stands for.
    ///
    /// An alias may lead to another exact one; one that leads back to itself is a mistake.
    mutating func readAliases(_ root: Section) {
        guard let section = root.openSection("aliases") else { return }
        var exact: [String: String] = [:]
        for name in section.keys {
            guard let target = section.text(name) else { continue }
            if name.isEmpty || name == "auto" || name.hasPrefix("auto:") {
                section.report(
                    "can't be an alias: the router goes by this name itself",
                    at: name,
                    suggestion: "name what clients ask for, such as `claude-*`"
                )
            }
            if target.isEmpty || target.contains("*") {
                section.report(
                    "must be one name",
                    at: name,
                    suggestion: "write a model, `PROVIDER:MODEL`, `auto` or `auto:CHAIN`"
                )
            }
            checkChain(target, of: name, section)
            aliases.append(ModelAlias(name, for: target))
            if !name.contains("*") { exact[name] = target }
        }
        for name in section.keys where exact[name] != nil {
            var path = [name]
            while let next = exact[path[path.count - 1]] {
                guard !path.contains(next) else {
                    section.report(
                        "leads back to itself: \((path + [next]).joined(separator: " → "))",
                        at: name
                    )
                    break
                }
                path.append(next)
            }
        }
    }

    private func checkChain(_ target: String, of name: String, _ section: Section) {
        let wishes = ["cheap", "fast", "best", "local", "free"]
        guard target.hasPrefix("auto:") else { return }
        let chain = String(target.dropFirst("auto:".count))
        guard chains[chain] == nil, !wishes.contains(chain) else { return }
        section.report(
            "there is no chain \(Quotation.safe(chain))",
            at: name,
            suggestion: SpellingSuggestion.suggestion(
                for: chain,
                among: chains.keys.sorted() + wishes
            )
        )
    }
}
