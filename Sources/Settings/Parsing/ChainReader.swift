import Catalog
import Events
import Yams

/// Reads the chains and leads each entry to a provider.
///
/// An entry names a provider, or a type of which there is just one provider. A type that the file
/// does not configure is skipped with a note, so that one file can serve several machines; any
/// other name is an error.
struct ChainReader {
    let providers: [ProviderSettings]
    let declared: Set<String>

    /// Reads `fallback_chains`, `task_fallback_overrides` and `routing.chain`.
    func read(_ root: Section, into settings: inout Settings) {
        for (name, entries) in chains(root.openSection("fallback_chains")) {
            settings.chains[name] = entries
        }
        if let tasks = root.openSection("task_fallback_overrides") {
            for task in tasks.tasks {
                settings.taskChains[task.name] = chain(task.name, of: tasks)
            }
        }
        checkActiveChain(root, settings)
    }

    private func chains(_ section: Section?) -> [(String, [ChainEntry])] {
        guard let section else { return [] }
        return section.keys.map { ($0, chain($0, of: section)) }
    }

    private func chain(_ name: String, of section: Section) -> [ChainEntry] {
        let entries = section.list(name)
        if entries.isEmpty, section.value(name)?.sequence != nil {
            section.report("the chain is empty", at: name)
        }
        return entries.compactMap { node, path in
            guard let text = section.diagnostics.text(node, path) else { return nil }
            guard let entry = ChainEntry(text) else {
                section.diagnostics.report(
                    "must be `provider`, `provider:model` or `provider:free`",
                    at: node,
                    path
                )
                return nil
            }
            var resolved = entry
            guard let name = resolve(entry.provider, at: node, path, section.diagnostics) else {
                return nil
            }
            resolved.provider = name
            return resolved
        }
    }

    /// The name of the provider that `name` means; `nil` if it means none, which is reported or
    /// noted.
    private func resolve(
        _ name: String,
        at node: Node,
        _ path: String,
        _ diagnostics: Diagnostics
    ) -> String? {
        if declared.contains(name) { return name }
        guard let type = ProviderType(name: name) else {
            diagnostics.report(
                "there is no provider \(Quotation.safe(name))",
                at: node,
                path,
                suggestion: SpellingSuggestion.suggestion(for: name, among: providers.map(\.name))
            )
            return nil
        }
        let matches = providers.filter { $0.type == type }.map(\.name)
        if matches.count > 1 {
            diagnostics.report(
                "`\(name)` can be any of several providers",
                at: node,
                path,
                suggestion: "name one: \(matches.filter(Quotation.isSafe).joined(separator: ", "))"
            )
        } else if matches.isEmpty {
            diagnostics.note("`\(path)` is skipped: no provider `\(name)` is configured")
        }
        return matches.count == 1 ? matches[0] : nil
    }

    private func checkActiveChain(_ root: Section, _ settings: Settings) {
        let name = settings.routing.chain
        let routing = root.value("routing")?.mapping?["chain"]
        guard let entries = settings.chains[name] else {
            root.diagnostics.report(
                "there is no chain \(Quotation.safe(name))",
                at: routing ?? root.node,
                "routing.chain",
                suggestion: SpellingSuggestion.suggestion(
                    for: name,
                    among: settings.chains.keys.sorted()
                )
            )
            return
        }
        // A file with broken providers has been told so already.
        guard root.diagnostics.problems.isEmpty else { return }
        let reachable = entries.contains {
            settings.provider(named: $0.provider)?.isEnabled == true
        }
        guard !reachable else { return }
        root.diagnostics.report(
            "the chain \(Quotation.safe(name)) leads to no enabled provider",
            at: routing ?? root.value("fallback_chains") ?? root.value("providers") ?? root.node,
            "routing.chain",
            suggestion: "enable one of its providers, or name another chain"
        )
    }

    /// Checks that each `fallbackProvider` exists.
    func checkFallbackProviders(of root: Section, in settings: inout Settings) {
        for (node, path) in root.value("providers")?.sequence == nil ? [] : root.list("providers") {
            guard let value = node.mapping?["fallbackProvider"],
                let name = value.scalar?.string, !value.isAbsent,
                !Interpolation.isNeeded(in: name)
            else { continue }
            let target = resolve(name, at: value, "\(path).fallbackProvider", root.diagnostics)
            let own = node.mapping?["name"]?.scalar?.string ?? node.mapping?["type"]?.scalar?.string
            for place in settings.providers.indices where settings.providers[place].name == own {
                settings.providers[place].fallbackProvider = target
            }
        }
    }
}
