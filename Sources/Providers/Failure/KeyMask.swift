/// Takes keys out of text that others wrote, before it is cut, recorded or sent on.
///
/// Two kinds are known: the key of the provider that is spoken to, whatever it looks like, and what
/// looks like a key of a known provider, wherever in a line it stands.
public struct KeyMask: Sendable {
    /// A shorter key is a word (`none`, `ollama`) that local servers are given for form's sake.
    private static let shortestKey = 8
    private static let mask = "[key]"

    private let keys: [String]

    /// A mask for text of a provider with this key, or of nobody's; white space around the key is
    /// not part of it.
    public init(key: String? = nil) {
        let key = key?.trimmed
        keys = key.flatMap { $0.utf8.count >= Self.shortestKey ? [$0] : nil } ?? []
    }

    /// A mask for text in which any of the keys that these know may stand.
    public init(_ masks: [KeyMask]) {
        // The longest first, since one may be the beginning of another.
        keys = Set(masks.flatMap(\.keys)).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// The text without keys; everything else of it stays.
    public func masked(_ text: String) -> String {
        var rest = text[...]
        for key in keys {
            // Scalars, since a mark that follows the key would make another character of its end.
            let scalars = rest.unicodeScalars.replacing(
                key.unicodeScalars,
                with: Self.mask.unicodeScalars
            )
            rest = String(scalars)[...]
        }
        var output = ""
        while !rest.isEmpty {
            let word = Substring(rest.utf8.prefix(while: Self.isInKeys))
            output += Self.looksLikeKey(word) ? Self.mask[...] : word
            rest = rest[word.endIndex...]
            let between = Substring(rest.utf8.prefix { !Self.isInKeys($0) })
            output += between
            rest = rest[between.endIndex...]
        }
        return output
    }

    /// Letters, digits and what stands between them in keys; stars are what a provider itself put
    /// over a part of one.
    private static func isInKeys(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "*"):
            true
        default: false
        }
    }

    /// The beginnings of keys: OpenAI's, Anthropic's and OpenRouter's, Groq's, Google's, GitHub's,
    /// Together's.
    private static let beginnings = ["sk-", "gsk_", "AIza", "ghp_", "github_pat_", "tgp_"]
    /// Beyond the beginning: the bytes of the shortest rest that is taken for a key, and of one so
    /// long that it is no word of letters.
    private static let (shortestRest, longRest) = (5, 20)

    /// Providers quote the key that they reject: `sk-…`, `gsk_…`, `AIza…`.
    ///
    /// Every key holds digits, or the stars that hide them; `sk-estimator` is a word.
    private static func looksLikeKey(_ word: Substring) -> Bool {
        guard let beginning = beginnings.first(where: { word.hasPrefix($0) }) else { return false }
        let rest = word.utf8.dropFirst(beginning.utf8.count)
        guard rest.count >= shortestRest else { return false }
        return rest.count >= longRest
            || rest.contains { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "*")
            }
    }
}

extension KeyMask: CustomStringConvertible, CustomReflectable {
    /// Always the same words, whatever the key is.
    public var description: String { "a mask of keys" }
    /// A mirror without children, so that `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
