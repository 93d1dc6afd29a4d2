import Events

/// What a provider said, whole enough for a mask of keys to work on before it is cut for the record.
struct ProviderWords: Hashable, Sendable {
    /// The bytes that are looked at: far more than a sentence, and no page of a megabyte.
    static let limit = 8_192

    private let text: String

    /// The words in a text, or in the beginning of a long one.
    init(_ text: String) {
        guard text.utf8.count > Self.limit else {
            self.text = text
            return
        }
        // What the cut goes through may be a key, of which no mask would know the rest.
        let beginning = text.limited(toBytes: Self.limit).unicodeScalars
        let whole = beginning.reversed().drop { (0x21...0x7E).contains($0.value) }.reversed()
        self.text = String(String.UnicodeScalarView(whole)) + "…"
    }

    /// One line of at most `ProviderFailure.messageLimit` Unicode scalars, without keys in it.
    func line(without keys: Redaction) -> String {
        let words = keys.masked(text).split { character in
            character.isWhitespace || character.unicodeScalars.contains { $0.value < 0x20 }
        }
        let line = words.joined(separator: " ")
        let scalars = line.unicodeScalars
        guard scalars.count > ProviderFailure.messageLimit else { return line }
        return String(scalars.prefix(ProviderFailure.messageLimit - 1)) + "…"
    }
}
