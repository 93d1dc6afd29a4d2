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

    /// No message.
    init() {}

    private static let keys: JSONKeys = ["message", "code", "type", "status"]

    /// The message in an error's body, of whichever shape: `{"error": {…}}` of OpenAI and Anthropic,
    /// `{"error": "…"}` of Ollama, `{"message": …}` and `{"detail": …}` of some servers, and Google's in a list.
    init(_ root: JSONSlice) {
        // Google's errors in a stream without events.
        let first = root.kind == .array ? root.elements.first { _ in true } : nil
        let root = first ?? root
        guard root.kind == .object else { return }
        do {
            let found = try root.scan(["error", "message", "detail", "errors"])
            if let error = found[0] ?? found[3]?.elements.first(where: { _ in true }) {
                if let text = error.string {
                    self.text = text
                } else {
                    try read(error)
                }
            }
            text = text ?? found[1]?.string ?? found[2]?.string
        } catch {
            text = nil
        }
    }

    private mutating func read(_ error: JSONSlice) throws(JSONError) {
        let found = try error.scan(Self.keys)
        text = found[0]?.string
        status = found[1]?.int
        words = [found[1]?.string, found[2]?.string, found[3]?.string].compactMap {
            $0?.lowercased()
        }
        // Google's reason, the only thing that tells a wrong key from a wrong field.
        if let details = try error.member("details"), details.kind == .array {
            for detail in details.elements where detail.kind == .object {
                if let reason = try detail.member("reason")?.string {
                    words.insert(reason.lowercased(), at: 0)
                }
            }
        }
        // OpenRouter puts the real provider's words into metadata.raw.
        if let raw = try error.member("metadata")?.member("raw")?.string, !raw.isEmpty {
            text = (text ?? "the provider") + ": " + raw
        }
    }
}
