/// A text that the configuration, or a client's request, says is a secret.
public struct KnownSecret: Hashable, Sendable {
    /// The text, without white space around it.
    let text: String
    /// Whether it counts only where it stands as a word of its own, and as it is: a key such as `hunter`
    /// may be a part of what is none.
    let isWord: Bool

    /// The bytes from which on a key with a digit is no word that happens to stand somewhere.
    static let strongLength = 8
    /// The bytes from which on any key is none.
    static let longLength = 16
    /// The bytes of the shortest text that is taken for a secret though it need be none.
    static let valueLength = 12
    /// A shorter key can't be told from a word, and is no secret either.
    static let shortestLength = 4
    /// What local servers and clients are given for form's sake, in small letters and without marks.
    private static let placeholders: Set<String> = [
        "none", "null", "nokey", "nokeyrequired", "sknokeyrequired", "notneeded", "notused",
        "unused",
        "empty", "dummy", "dummykey", "fake", "fakekey", "test", "testkey", "local", "localkey",
        "secret",
        "token", "password", "apikey", "yourapikey", "logway", "ollama", "lmstudio", "llama",
        "llamacpp",
        "vllm", "openai", "anthropic", "litellm", "localai", "simulated", "placeholder", "whatever",
        "anything", "required", "changeme", "xxxx", "bearer", "basic",
    ]

    /// A provider's key; `nil` for one that is none, such as `ollama`.
    public init?(key: String) {
        let key = key.trimmed
        guard key.utf8.count >= Self.shortestLength,
            !Self.placeholders.contains(key.lowercased().filter { $0.isLetter || $0.isNumber })
        else { return nil }
        text = key
        isWord = !Self.isStrong(key)
    }

    /// What may be a secret and may be none: counted as one only where nothing else would look like it.
    public init?(value: String) {
        let value = value.trimmed
        guard value.utf8.count >= Self.valueLength, value.utf8.contains(where: \.isDigit),
            value.utf8.contains(where: { $0.isAlphanumeric && !$0.isDigit }),
            !value.utf8.contains(UInt8(ascii: " "))
        else { return nil }
        text = value
        isWord = false
    }

    /// A text that counts only where it stands whole, between what is no letter or digit.
    public init?(word: String) {
        let word = word.trimmed
        guard word.utf8.count >= Self.strongLength else { return nil }
        text = word
        isWord = true
    }

    /// How long it is.
    public var byteCount: Int { text.utf8.count }

    /// Whether a text can hardly stand anywhere by chance, so that it is taken out of names too.
    public static func isStrong(_ text: String) -> Bool {
        text.utf8.count >= longLength
            || (text.utf8.count >= strongLength && text.utf8.contains(where: \.isDigit))
    }
}

extension KnownSecret: CustomStringConvertible, CustomReflectable {
    /// Always the same words, whatever the secret is.
    public var description: String { "a secret" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    /// Without spaces, tabs and line ends around it.
    fileprivate var trimmed: String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value <= 0x20 || scalar.properties.isWhitespace
        }
        let scalars = unicodeScalars.drop(while: isBlank).reversed().drop(while: isBlank)
        return String(String.UnicodeScalarView(scalars.reversed()))
    }
}
