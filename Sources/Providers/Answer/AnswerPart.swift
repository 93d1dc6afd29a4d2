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
    case toolCall(index: Int, id: JSONSlice?, name: JSONSlice?)
    /// A piece of a tool's arguments: JSON text, as a string.
    case arguments(index: Int, JSONSlice)
    /// Something the model wrote that has no neutral form: audio, a server's own tool.
    case foreign(byteCount: Int)
    /// Counts; where `replaces` is false they are merged into those before.
    case usage(TokenUsage, replaces: Bool)
    case receipt(Nanodollars)
    case finish(FinishReason)
}
