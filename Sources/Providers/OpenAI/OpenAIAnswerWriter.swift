import Events
import JSONBytes

/// Writes a whole answer as an OpenAI chat completion.
enum OpenAIAnswerWriter {
    static func write(_ content: AnswerContent, _ tally: AnswerTally, _ ids: AnswerIDs) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { root in
            root.member("id", ids.answer("chatcmpl-"))
            root.member("object", "chat.completion")
            root.member("created", Int(ids.identity.created.microseconds / 1_000_000))
            root.member("model", tally.model ?? ids.identity.model)
            root.array("choices") { choices in
                choices.object { choice in
                    choice.member("index", 0)
                    choice.object("message") { write(content, to: &$0) }
                    choice.nullMember("logprobs")
                    choice.member("finish_reason", tally.translatedFinish.openAIName)
                }
            }
            if tally.usage.origin != .unknown { OpenAIUsage.write(tally.usage, to: &root) }
        }
        return writer.bytes
    }

    /// Pictures in the form that OpenRouter gave them, which OpenAI's chats have no word for
    /// (openrouter.ai/docs, "Image generation", November 2026).
    static func writePictures(_ pictures: [JSONSlice], to message: inout JSONWriter) {
        message.array { list in
            for (index, address) in pictures.enumerated() {
                list.object { picture in
                    picture.member("index", index)
                    picture.member("type", "image_url")
                    picture.object("image_url") { $0.member("url", address) }
                }
            }
        }
    }

    /// `reasoning_content` is not OpenAI's, but what servers of its family call it.
    private static func write(_ content: AnswerContent, to message: inout JSONWriter) {
        message.member("role", "assistant")
        if content.texts.isEmpty {
            message.nullMember("content")
        } else {
            message.name("content")
            message.write(joined: content.texts, separator: "")
        }
        message.nullMember("refusal")
        if !content.reasoning.isEmpty {
            message.name("reasoning_content")
            message.write(joined: content.reasoning, separator: "")
        }
        if !content.pictures.isEmpty {
            message.name("images")
            writePictures(content.pictures, to: &message)
        }
        guard !content.calls.isEmpty else { return }
        message.array("tool_calls") { calls in
            for call in content.calls {
                calls.object { object in
                    object.member("id", call.id)
                    let isEmpty = call.arguments.isEmpty && !call.start.isCustom
                    let nothing = [JSONSlice.string(of: "{}".utf8)]
                    OpenAIToolCall.write(
                        call.start,
                        arguments: isEmpty ? nothing : call.arguments,
                        to: &object
                    )
                }
            }
        }
    }
}
