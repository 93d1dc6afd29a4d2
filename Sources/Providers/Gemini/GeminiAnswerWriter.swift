import Events
import JSONBytes

/// Writes answers, whole ones and the events of a stream, which have one form, as Gemini gives them.
///
/// Source: Google's API reference, "GenerateContentResponse", November 2026.
struct GeminiAnswerWriter {
    private let ids: AnswerIDs
    /// Whether the client asked to be shown thoughts; Gemini keeps them to itself otherwise.
    let includesThoughts: Bool

    init(_ ids: AnswerIDs, includesThoughts: Bool) {
        self.ids = ids
        self.includesThoughts = includesThoughts
    }

    /// A whole answer.
    func write(_ content: AnswerContent, _ tally: AnswerTally) throws(ProviderFailure) -> [UInt8] {
        var calls: [GeminiCall] = []
        for call in content.calls { calls.append(GeminiCall(call, try call.object())) }
        return object(tally, finish: tally.translatedFinish) { parts in
            if includesThoughts, !content.reasoning.isEmpty {
                parts.object { part in
                    part.name("text")
                    part.write(joined: content.reasoning, separator: "")
                    part.member("thought", true)
                }
            }
            // A candidate has a part, as clients index the first one.
            if !content.texts.isEmpty || calls.isEmpty {
                parts.object { part in
                    part.name("text")
                    part.write(joined: content.texts, separator: "")
                }
            }
            for call in calls { call.write(to: &parts) }
        }
    }

    /// An answer or an event of a stream: `finish` is why the answer ended, and `nil` while it goes
    /// on; `body` writes the parts.
    func object(
        _ tally: AnswerTally,
        finish: FinishReason? = nil,
        _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { root in
            root.array("candidates") { candidates in
                candidates.object { candidate in
                    candidate.object("content") { content in
                        content.array("parts", body)
                        content.member("role", "model")
                    }
                    if let finish { candidate.member("finishReason", finish.geminiName) }
                    candidate.member("index", 0)
                }
            }
            if finish != nil, tally.usage.origin != .unknown {
                GeminiUsage.write(tally.usage, to: &root)
            }
            root.member("modelVersion", tally.model ?? ids.identity.model)
            root.member("responseId", ids.answer(""))
        }
        return writer.bytes
    }
}

/// A tool's call as Gemini writes it: its arguments are an object.
struct GeminiCall {
    private let id: String
    private let name: JSONSlice?
    private let arguments: JSONSlice
    private let signature: JSONSlice?

    init(_ call: AnswerContent.Call, _ arguments: JSONSlice) {
        id = call.id
        name = call.name
        signature = call.start.signature
        self.arguments = arguments
    }

    func write(to parts: inout JSONWriter) {
        parts.object { part in
            part.object("functionCall") { call in
                call.member("id", id)
                call.name("name")
                call.write(joined: [name].compactMap(\.self), separator: "")
                call.member("args", arguments)
            }
            part.member("thoughtSignature", ifPresent: signature)
        }
    }
}

extension FinishReason {
    /// Gemini's word; it says `STOP` after a tool's call too.
    fileprivate var geminiName: String {
        switch self {
        case .stop, .stopSequence, .toolCalls: "STOP"
        case .length: "MAX_TOKENS"
        case .contentFilter: "SAFETY"
        case .other: "OTHER"
        }
    }
}
