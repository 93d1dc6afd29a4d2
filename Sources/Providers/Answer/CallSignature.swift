import Events
import JSONBytes

/// What Gemini signed of its thinking before a tool's call, and the id by which the client knows the call.
///
/// Gemini 3 wants it back with the call (Google's "Thought signatures", November 2026), and most clients keep
/// an id, a name and arguments only.
public struct CallSignature: Hashable, Sendable {
    /// The call's id, as the client was told it.
    public let callID: String
    /// The signature, base64.
    public let signature: String

    /// A signature of the call with an id.
    public init(callID: String, signature: String) {
        self.callID = callID
        self.signature = signature
    }

    /// The signature of a call that begins; `nil` where it has none.
    init?(_ index: Int, _ start: ToolCallStart, ids: AnswerIDs) {
        guard let signature = start.signature?.string else { return nil }
        self.init(callID: ids.call(index, given: start.id), signature: signature)
    }

    /// The signatures of the calls among the parts of an answer.
    static func all(in parts: [AnswerPart], ids: AnswerIDs) -> [CallSignature] {
        parts.compactMap { part in
            guard case .toolCall(let index, let start) = part else { return nil }
            return CallSignature(index, start, ids: ids)
        }
    }
}
