/// What a request says in its address and not in its body, as Gemini's do:
/// `…/models/gemini-x:streamGenerateContent?alt=sse`.
public struct ModelAddress: Hashable, Sendable {
    /// How a stream comes.
    public enum StreamForm: Sendable {
        /// As server-sent events (`alt=sse`).
        case events
        /// As one JSON array, an element for each event.
        case array
    }

    /// The model as the client names it.
    public var model: String
    /// How the answer is streamed; `nil` for a whole one.
    public var stream: StreamForm?

    /// An address from its parts.
    public init(model: String, stream: StreamForm? = nil) {
        self.model = model
        self.stream = stream
    }
}
