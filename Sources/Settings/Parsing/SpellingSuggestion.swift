/// Finds what a mistyped word was meant to be.
public enum SpellingSuggestion {
    /// The candidate that is closest to `word`, if one is close enough to be meant.
    ///
    /// Case, `_` and `-` don't count, so `fallbackChains` finds `fallback_chains`; beyond that a
    /// third of the letters may differ, and at least one.
    public static func match(for word: String, among candidates: some Sequence<String>) -> String? {
        let plain = folded(word)
        let allowed = max(1, plain.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let distance = distance(plain, folded(candidate))
            if distance <= allowed, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.candidate
    }

    /// `did you mean …?`, or what is allowed when nothing is near.
    ///
    /// Candidates from the file that can be secrets are left out.
    static func suggestion(for word: String, among all: [String]) -> String {
        let candidates = all.filter(Quotation.isSafe)
        if let match = match(for: word, among: candidates) { return "did you mean `\(match)`?" }
        return "allowed: \(candidates.joined(separator: ", "))"
    }

    private static func folded(_ word: String) -> [UInt8] {
        word.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that lead from one to the
    /// other (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var older: [Int] = []
        var old = Array(0...right.count)
        for i in 1...left.count {
            var new = [i]
            for j in 1...right.count {
                let change = old[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                var least = min(old[j] + 1, new[j - 1] + 1, change)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    least = min(least, older[j - 2] + 1)
                }
                new.append(least)
            }
            older = old
            old = new
        }
        return old[right.count]
    }
}

/// Decides which words of the file an error may repeat.
enum Quotation {
    /// `word` in backticks if it can't be a secret, else a word that stands for it.
    ///
    /// A key pasted into the wrong place must not reach a log: only short words of letters with
    /// few digits are repeated, and none that begins as providers' keys do.
    static func safe(_ word: String) -> String {
        isSafe(word) ? "`\(word)`" : "what stands here"
    }

    /// Whether `word` can't be a secret.
    static func isSafe(_ word: String) -> Bool {
        let prefixes = [
            "sk-", "sk_", "gsk_", "ghp_", "gho_", "ghs_", "github_pat_", "AIza", "xai-",
        ]
        let isPlain = word.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "_-.:/".utf8.contains(byte)
        }
        let digits = word.utf8.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isPlain && !word.isEmpty && word.utf8.count <= 48 && digits <= 8
            && !prefixes.contains { word.hasPrefix($0) }
    }
}
