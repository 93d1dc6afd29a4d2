import Events
import JSONBytes

/// A piece of an answer without a family: what a stream brings event by event, and a whole answer
/// at once.
enum AnswerPart {
    /// What the answer is called and which model gives it.
    case begin(id: JSONSlice?, model: JSONSlice?)
    /// A piece of the text, a string.
    case text(JSONSlice)
    /// A piece of the reasoning before the text, a string.
    case reasoning(JSONSlice)
    /// The beginning of a tool's call.
    case toolCall(index: Int, ToolCallStart)
    /// A piece of a tool's arguments, as a string: JSON text, or the text itself of a custom tool's.
    case arguments(index: Int, JSONSlice)
    /// A picture that the model made, by its address, which may be a `data:` URL; a string.
    case picture(JSONSlice)
    /// Something the model wrote that has no neutral form: audio, a server's own tool.
    case foreign(byteCount: Int)
    /// Counts; where `replaces` is false they are merged into those before.
    case usage(TokenUsage, replaces: Bool)
    case receipt(Nanodollars)
    case finish(FinishReason)
}

/// What is known of a tool's call before its arguments; all texts are strings.
struct ToolCallStart {
    /// The provider's id, if it gave one.
    var id: JSONSlice?
    var name: JSONSlice?
    /// The group of tools that the client declared it in (`AnswerRestoration`).
    var namespace: JSONSlice?
    /// Whether the client declared it as a custom tool, whose arguments are one text.
    var isCustom = false
    /// Gemini's signature of the thinking that led to the call, which it wants back with it.
    var signature: JSONSlice?
}

extension ToolCallStart {
    /// The same with strings of its own: slices of a stream's buffer would have that copied as it grows.
    var copied: ToolCallStart {
        func copy(_ string: JSONSlice?) -> JSONSlice? { string.map { .string(of: $0.text ?? []) } }
        return ToolCallStart(
            id: copy(id),
            name: copy(name),
            namespace: copy(namespace),
            isCustom: isCustom,
            signature: copy(signature)
        )
    }
}
