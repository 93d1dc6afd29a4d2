import Events

/// The aliases of a policy, ready to be looked up: exact names first, then globs, the longest first.
struct ModelAliases: Sendable {
    private let exact: [String: String]
    private let globs: [ModelAlias]

    init(_ aliases: [ModelAlias]) {
        exact = Dictionary(
            aliases.filter { !$0.isGlob }.map { ($0.pattern, $0.target) }
        ) { first, _ in first }
        globs = aliases.filter(\.isGlob).sorted { left, right in
            (right.pattern.count, left.pattern) < (left.pattern.count, right.pattern)
        }
    }

    var isEmpty: Bool { exact.isEmpty && globs.isEmpty }

    /// What a name stands for; `nil` where it stands for itself.
    ///
    /// What an alias leads to is looked up among the exact names again and not among the globs, so
    /// that `claude-*` may lead to a Claude.
    func target(of name: String, besidesGlobs isOwn: Bool) -> String? {
        let glob = isOwn ? nil : globs.first { $0.matches(name) }?.target
        guard var target = exact[name] ?? glob else { return nil }
        // The configuration refuses cycles; a log may hold anything.
        for _ in 0..<exact.count {
            guard let next = exact[target] else { break }
            target = next
        }
        return target == name ? nil : target
    }
}
