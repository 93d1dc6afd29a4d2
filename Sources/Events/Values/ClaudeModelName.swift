extension String {
    /// What Claude Code puts behind a model's name for its window of a million tokens; no API knows it.
    private static let longWindowMark = "[1m]"

    /// The name without Claude Code's mark for a long window; `nil` where it has none.
    public var withoutLongWindowMark: String? {
        guard lowercased().hasSuffix(Self.longWindowMark), count > Self.longWindowMark.count else {
            return nil
        }
        return String(dropLast(Self.longWindowMark.count))
    }

    /// A Claude's name without the day of its release: `claude-sonnet-4-5` of
    /// `claude-sonnet-4-5-20250929` and of `claude-sonnet-4-5-latest`; `nil` for another maker's, or
    /// one that has none.
    ///
    /// Anthropic's API takes both and lists the dated one (platform.claude.com/docs, "Models overview",
    /// "Model aliases", November 2026). All snapshots of a name cost the same.
    public var withoutClaudeDate: String? {
        guard hasPrefix("claude-"), let dash = lastIndex(of: "-") else { return nil }
        let end = self[index(after: dash)...]
        let isDate = end.count == 8 && end.allSatisfy { $0.isASCII && $0.isNumber }
        guard isDate || end == "latest" else { return nil }
        return String(self[..<dash])
    }
}
