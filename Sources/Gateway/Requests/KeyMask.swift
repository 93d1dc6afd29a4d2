import Events
import Providers

/// Takes keys out of text that others wrote, before it is recorded or sent on.
///
/// Two kinds are known: the key of the provider that is spoken to, whatever it looks like, and what
/// looks like a key of a known provider, wherever in a word it stands.
struct KeyMask: Sendable {
    /// A shorter key is a word (`none`, `ollama`) that local servers are given for form's sake.
    private static let shortestKey = 8
    private static let mask = "[key]"

    private let key: String?

    /// A mask for text of a provider with this key, or of nobody's.
    init(key: String? = nil) {
        self.key = key.flatMap { $0.utf8.count >= Self.shortestKey ? $0 : nil }
    }

    /// The text without keys.
    func masked(_ text: String) -> String {
        var text = text
        if let key { text = text.replacing(key, with: Self.mask) }
        var output = ""
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.prefix(while: Self.isInKeys)
            output += Self.looksLikeKey(word) ? Self.mask : String(word)
            rest = rest[word.endIndex...]
            let between = rest.prefix { !Self.isInKeys($0) }
            output += between
            rest = rest[between.endIndex...]
        }
        return output
    }

    /// The failure without keys in its message.
    func masked(_ failure: ProviderFailure) -> ProviderFailure {
        ProviderFailure(
            failure.kind,
            masked(failure.message),
            status: failure.status,
            retryAfter: failure.retryAfter
        )
    }

    private static func isInKeys(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
    }

    /// What looks like a key is for the providers' module to say, which masks it in a message.
    private static func looksLikeKey(_ word: Substring) -> Bool {
        word.utf8.count >= shortestKey
            && ProviderFailure(.invalidRequest, String(word)).message == mask
    }
}
