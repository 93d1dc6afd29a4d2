public import Catalog
import Events
import Yams

/// Changes of a configuration's text that leave comments, order and style as they are.
public enum SettingsEdit {
    /// The text with a provider as the first one that requests for `auto` go to.
    ///
    /// It gets priority 1 and the others keep their order behind it; in the chain in force, if the
    /// file has one, it moves to the front.
    ///
    /// - Parameters:
    ///   - name: the provider's name.
    ///   - text: the configuration, YAML or JSON.
    ///   - file: the name that errors give.
    ///   - environment: what `${NAME}` and missing keys are looked up in.
    ///   - catalog: where default models come from.
    /// - Returns: the new text; the same one if the provider is the first already.
    /// - Throws: `SettingsError.invalid` for a text that is wrong, `.unreadable` where it can't be
    ///   changed this way, with what to write by hand.
    public static func makingDefault(
        _ name: String,
        in text: String,
        file: String,
        environment: [String: String],
        catalog: Catalog
    ) throws(SettingsError) -> String {
        func read(_ text: String) throws(SettingsError) -> Settings {
            try Settings(yaml: text, file: file, environment: environment, catalog: catalog)
        }
        let settings = try read(text)
        guard settings.provider(named: name)?.isEnabled == true else {
            throw .unreadable(
                file: file,
                reason: "provider `\(name)` is disabled; set `enabled: true` first"
            )
        }
        if isFirst(name, in: settings) { return text }
        let byHand = SettingsError.unreadable(
            file: file,
            reason:
                "it is written in a way that can't be changed here; give `\(name)` priority 1 and"
                + " put it first in the chain `\(settings.routing.chain)`"
        )
        var editor = TextEditor(text)
        let root: Node
        do {
            guard let node = try compose(yaml: text) else { throw byHand }
            root = node
        } catch {
            throw byHand
        }
        guard editor.orderPriorities(name, of: settings, in: root),
            editor.lead(name, chain: settings.routing.chain, in: root)
        else { throw byHand }
        let edited = editor.text
        // What it came to is what counts, not what it was meant to.
        let result: Settings
        do {
            result = try read(edited)
        } catch {
            throw byHand
        }
        guard isFirst(name, in: result) else { throw byHand }
        return edited
    }

    private static func isFirst(_ name: String, in settings: Settings) -> Bool {
        settings.enabledProviders.first?.name == name
            && settings.activeChain.first?.provider == name
    }
}

extension TextEditor {
    /// Gives the provider priority 1 and the others the numbers after it, in their order; `false` if
    /// a place can't be found.
    fileprivate mutating func orderPriorities(
        _ name: String,
        of settings: Settings,
        in root: Node
    ) -> Bool {
        guard let entries = root["providers"]?.sequence.map(Array.init),
            entries.count == settings.providers.count
        else { return false }
        let places = settings.providers.indices.sorted { left, right in
            let (one, other) = (settings.providers[left], settings.providers[right])
            if (one.name == name) != (other.name == name) { return one.name == name }
            return (one.priority, left) < (other.priority, right)
        }
        for (rank, place) in places.enumerated()
        where settings.providers[place].priority != rank + 1 {
            guard setPriority(rank + 1, of: entries[place]) else { return false }
        }
        return true
    }

    private mutating func setPriority(_ number: Int, of entry: Node) -> Bool {
        guard let mapping = entry.mapping else { return false }
        if let value = mapping["priority"] { return replace(value, with: String(number)) }
        guard let (key, value) = mapping.first(where: { $0.key.string == "type" }),
            let place = span(of: value), let keyPlace = span(of: key)
        else { return false }
        guard isFlow(entry) else {
            insert(line: "priority: \(number)", indent: keyPlace.column, after: place.line)
            return true
        }
        let word = key.scalar?.style == .doubleQuoted ? "\"priority\"" : "priority"
        insert(", \(word): \(number)", after: place)
        return true
    }

    /// Moves the provider's first entry to the front of the chain, or puts it there; `true` as well
    /// where the file leaves the chain to the priorities.
    fileprivate mutating func lead(_ name: String, chain: String, in root: Node) -> Bool {
        guard let node = root["fallback_chains"]?[chain], let list = node.sequence else {
            return true
        }
        let spans = list.compactMap { span(of: $0) }
        guard spans.count == list.count, let first = spans.first else { return false }
        let texts = spans.map { source(at: $0) }
        let place = list.firstIndex { entry in
            let text = entry.string ?? ""
            return text == name || text.hasPrefix(name + ":")
        }
        guard let place else {
            let quoted = texts[0].hasPrefix("\"") ? "\"\(name)\"" : name
            if isFlow(node) {
                insert(quoted + ", ", before: first)
            } else {
                insert(line: "- " + quoted, indent: dash(before: first), before: first.line)
            }
            return true
        }
        let moved = [texts[place]] + texts[..<place] + texts[(place + 1)...]
        for (span, text) in zip(spans, moved) where source(at: span) != text {
            replace(span, with: text)
        }
        return true
    }
}
