public import Events
import JSONBytes

/// A request to Ollama's API that only loads a model, or unloads it: one without messages or prompt.
///
/// Its command line asks so before the first prompt, and so do programs that warm a model up (docs/api.md,
/// "Load a model", "Unload a model"). Where no Ollama has the model there is nothing to load, which is
/// as good as done.
public struct OllamaLoad: Sendable {
    private let model: String
    private let isChat: Bool
    private let isUnload: Bool

    /// What a request loads; `nil` for one that asks for more, or of another API.
    ///
    /// - Throws: `RequestError` where one of the members that are read is there twice.
    public init?(_ request: ClientRequest) throws(RequestError) {
        guard request.api == .ollamaChat || request.api == .ollamaGenerate else { return nil }
        isChat = request.api == .ollamaChat
        let found = try Field(value: request.root, path: "").scan([
            "messages", "prompt", "keep_alive",
        ])
        let asked = isChat ? found[0] : found[1]
        if let asked, !asked.isNull {
            let isEmpty = isChat ? asked.kind == .array : asked.isEmptyString
            guard isEmpty, !asked.elements.contains(where: { _ in true }) else { return nil }
        }
        model = request.model
        isUnload = found[2].map(Self.isNoTime) ?? false
    }

    /// Whether a value of `keep_alive` is no time at all: `0`, `0.0` as Ollama's own SDK sends it, `"0"`,
    /// `"0s"`.
    private static func isNoTime(_ value: JSONSlice) -> Bool {
        if let seconds = value.double { return seconds == 0 }
        guard let text = value.string else { return false }
        return Double(text) == 0 || RetryHint.goDuration(text) == .zero
    }

    /// What Ollama answers when it is done.
    public func answer(at time: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member("model", model)
            root.member("created_at", time.description)
            if isChat {
                root.object("message") { message in
                    message.member("role", "assistant")
                    message.member("content", "")
                }
            } else {
                root.member("response", "")
            }
            root.member("done", true)
            root.member("done_reason", isUnload ? "unload" : "load")
        }
        return writer.bytes
    }
}
