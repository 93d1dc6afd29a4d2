import Events
import JSONBytes

/// Writes a whole answer as OpenAI's completion of a prompt.
enum CompletionsAnswerWriter {
    static func write(_ content: AnswerContent, _ tally: AnswerTally, _ ids: AnswerIDs) -> [UInt8] {
        let id = ids.answer("cmpl-")
        return object(id, tally, ids) { completion in
            completion.array("choices") { choices in
                choice(finish: tally.translatedFinish, to: &choices) { choice in
                    choice.name("text")
                    choice.write(joined: content.texts, separator: "")
                }
            }
            if tally.usage.origin != .unknown { OpenAIUsage.write(tally.usage, to: &completion) }
        }
    }

    /// A completion, or a chunk of a stream, which has the same form.
    static func object(
        _ id: String,
        _ tally: AnswerTally,
        _ ids: AnswerIDs,
        _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { root in
            root.member("id", id)
            root.member("object", "text_completion")
            root.member("created", Int(ids.identity.created.microseconds / 1_000_000))
            root.member("model", tally.model ?? ids.identity.model)
            body(&root)
        }
        return writer.bytes
    }

    /// The one choice; `finish` is `nil` while its text goes on.
    static func choice(
        finish: FinishReason?,
        to choices: inout JSONWriter,
        _ text: (inout JSONWriter) -> Void
    ) {
        choices.object { choice in
            text(&choice)
            choice.member("index", 0)
            choice.nullMember("logprobs")
            if let finish {
                choice.member("finish_reason", finish.openAIName)
            } else {
                choice.nullMember("finish_reason")
            }
        }
    }
}
