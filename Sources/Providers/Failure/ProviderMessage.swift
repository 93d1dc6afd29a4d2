import Events
import JSONBytes

/// What a provider says in an error.
struct ProviderMessage {
    /// Its text for people.
    var text: String?
    /// Its words for programs, lower case: OpenAI's code and type, Anthropic's type.
    var words: [String] = []
    /// OpenRouter's `code`, which is an HTTP status.
    var status: Int?
    /// Its word for programs as it is written: OpenAI's code.
    var code: String?
    /// The field of the request that it blames.
    var param: String?
    /// Whether it quotes what the model wrote, which was no answer (Groq's `failed_generation`).
    var quotesGeneration = false

    /// The bytes of a code and of a field's path that are kept: the longest known have 40.
    private static let wordLimit = 128

    /// No message.
    init() {}

    private static let keys: JSONKeys = [
        "code", "type", "status", "param", "details", "metadata", "failed_generation", "innererror",
    ]

    /// The message in an error's body, of whichever shape: `{"error": {…}}` of OpenAI and Anthropic,
    /// `{"error": "…"}` of Ollama, `{"message": …}` and `{"detail": …}` of some servers, and Google's
    /// in a list.
    init(_ root: JSONSlice) {
        do {
            try read(root)
        } catch {
            text = nil
        }
    }

    private mutating func read(_ root: JSONSlice) throws(JSONError) {
        // Google's errors in a stream without events.
        let first = root.kind == .array ? root.elements.first { $0.kind == .object } : nil
        guard let root = first, root.kind == .object else {
            if root.kind == .object { return try readBody(root) }
            text = try ErrorText(root)?.text
            return
        }
        try readBody(root)
    }

    private mutating func readBody(_ root: JSONSlice) throws(JSONError) {
        let found = try root.scan(["error", "errors", "message", "detail", "error_description"])
        let error = found[0].flatMap { $0.isNull ? nil : $0 }
        if let error, error.kind == .object {
            try note(error)
            try tell(ErrorText(error))
        } else if let list = found[1]?.elements.first(where: { $0.kind == .object }) {
            try note(list)
        } else {
            try note(root)
        }
        guard text == nil else { return }
        try tell(ErrorText(root))
        // A text as the error is a title where there is another beside it.
        if let title = error?.string, let text, !text.contains(title) {
            self.text = "\(title): \(text)"
        }
    }

    private mutating func tell(_ said: ErrorText?) {
        guard let said else { return }
        text = text ?? said.text
        param = param ?? said.field?.limited(toBytes: Self.wordLimit)
    }

    /// Takes the words for programs in an error's object.
    private mutating func note(_ error: JSONSlice) throws(JSONError) {
        let found = try error.scan(Self.keys)
        status = found[0]?.int
        code = found[0]?.nonEmptyString?.string?.limited(toBytes: Self.wordLimit)
        param = found[3]?.nonEmptyString?.string?.limited(toBytes: Self.wordLimit)
        words += [found[0]?.string, found[1]?.string, found[2]?.string].compactMap {
            $0?.lowercased()
        }
        quotesGeneration = found[6]?.nonEmptyString != nil
        if let inner = try found[7]?.member("code")?.string { words.append(inner.lowercased()) }
        // Google's reason, the only thing that tells a wrong key from a wrong field.
        if let details = found[4], details.kind == .array {
            for detail in details.elements where detail.kind == .object {
                if let reason = try detail.member("reason")?.string {
                    words.insert(reason.lowercased(), at: 0)
                }
            }
        }
        // OpenRouter puts the real provider's words into metadata.raw.
        if let raw = try found[5]?.member("raw"),
            let said = raw.nonEmptyString?.string
        {
            try take(upstream: said, alongside: try error.member("message")?.string)
        }
    }

    /// Takes the words of the provider behind a provider, which may be an error's body themselves.
    private mutating func take(upstream said: String, alongside own: String?) throws(JSONError) {
        var inner = ProviderMessage()
        if said.trimmed.first == "{" {
            do {
                inner = ProviderMessage(try JSONSlice(validating: Array(said.utf8)))
            } catch {
                // Cut JSON is a text like any other.
            }
        }
        text = (own ?? "the provider") + ": " + (inner.text ?? said)
        words += inner.words
        code = code ?? inner.code
        param = param ?? inner.param
        quotesGeneration = quotesGeneration || inner.quotesGeneration
    }
}
