import Yams

/// One mapping of the file, read key by key; what is wrong is reported and read as absent.
struct Section {
    let node: Node
    let path: String
    let diagnostics: Diagnostics
    private var values: [String: (key: Node, value: Node)] = [:]

    /// The section in `node`, whose keys must be among `known`; `nil` if it is not a mapping.
    init?(_ node: Node, path: String, known: [String], diagnostics: Diagnostics) {
        self.node = node
        self.path = path
        self.diagnostics = diagnostics
        guard case .mapping(let mapping) = node else {
            diagnostics.report(
                "must be a mapping of keys to values",
                at: node,
                path,
                suggestion: "allowed keys: \(known.joined(separator: ", "))"
            )
            return nil
        }
        for (key, value) in mapping {
            add(key, value, known: known)
        }
    }

    /// The section in `node` with keys of the user's own choice.
    init?(open node: Node, path: String, diagnostics: Diagnostics) {
        self.node = node
        self.path = path
        self.diagnostics = diagnostics
        guard case .mapping(let mapping) = node else {
            diagnostics.report("must be a mapping of names to values", at: node, path)
            return nil
        }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                diagnostics.report("a key must be a word", at: key, path)
                continue
            }
            values[name] = (key, value)
        }
    }

    private mutating func add(_ key: Node, _ value: Node, known: [String]) {
        guard let name = key.scalar?.string else {
            return diagnostics.report("a key must be a word", at: key, path)
        }
        guard known.contains(name) else {
            return diagnostics.report(
                "unknown key \(Quotation.safe(name))",
                at: key,
                path(to: name),
                suggestion: SpellingSuggestion.suggestion(for: name, among: known)
            )
        }
        guard !value.isAbsent else { return }
        values[name] = (key, value)
        if let consequence = NotInForce.consequence(of: path(to: name)) {
            diagnostics.noteNotInForce(path(to: name), at: key, consequence)
        }
    }

    /// The full path of one of the section's keys; a key that can be a secret shows as `…`.
    func path(to key: String) -> String {
        let part = Quotation.isSafe(key) ? key : "…"
        return path.isEmpty ? part : "\(path).\(part)"
    }

    /// The value of a key, if it is there and not empty.
    func value(_ key: String) -> Node? { values[key]?.value }

    /// Where a key stands, if it is there.
    func keyNode(_ key: String) -> Node? { values[key]?.key }

    /// The keys that are there, in the order of the file.
    var keys: [String] {
        values.sorted { $0.value.key.position < $1.value.key.position }.map(\.key)
    }

    /// A nested section.
    func section(_ key: String, known: [String]) -> Section? {
        value(key).flatMap {
            Section($0, path: path(to: key), known: known, diagnostics: diagnostics)
        }
    }

    /// A nested section whose keys the user chooses.
    func openSection(_ key: String) -> Section? {
        value(key).flatMap { Section(open: $0, path: path(to: key), diagnostics: diagnostics) }
    }

    /// The items of a list with their paths; empty when there is none.
    func list(_ key: String) -> [(node: Node, path: String)] {
        guard let value = value(key) else { return [] }
        guard case .sequence(let sequence) = value else {
            report("must be a list", at: key, suggestion: "write `[a, b]`, or one `- item` a line")
            return []
        }
        return sequence.enumerated().map { ($1, "\(path(to: key))[\($0)]") }
    }

    /// Reports a problem with the value of a key, or with the section if the key is absent.
    func report(_ message: String, at key: String, suggestion: String? = nil) {
        diagnostics.report(
            message,
            at: value(key) ?? node,
            path(to: key),
            suggestion: suggestion
        )
    }
}

extension Node {
    /// Whether nothing stands after the colon, or an explicit null.
    var isAbsent: Bool {
        guard let scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Line and column, for sorting.
    var position: Position { Position(line: mark?.line ?? 0, column: mark?.column ?? 0) }

    struct Position: Comparable {
        var line: Int
        var column: Int

        static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }
}
