import Events
import JSONBytes

/// Writes a whole answer as Ollama's `/api/chat` or `/api/generate` gives it.
///
/// Its last line has every count and duration that Ollama's own has, since clients reckon with them:
/// what the provider did not count is estimated, and so is how the time falls to prompt and answer where
/// nobody measured it. Nothing is ever loaded for one request, so that takes no time.
struct OllamaAnswerWriter {
    private let ids: AnswerIDs
    private let isChat: Bool

    init(_ ids: AnswerIDs, isChat: Bool) {
        self.ids = ids
        self.isChat = isChat
    }

    func write(_ content: AnswerContent, _ tally: AnswerTally) throws(ProviderFailure) -> [UInt8] {
        var calls: [OllamaCall] = []
        for call in content.calls { calls.append(OllamaCall(call, try call.object())) }
        return line(tally, calls: calls, finish: tally.translatedFinish) { message in
            message.name(isChat ? "content" : "response")
            message.write(joined: content.texts, separator: "")
            if !content.reasoning.isEmpty {
                message.name("thinking")
                message.write(joined: content.reasoning, separator: "")
            }
        }
    }

    /// A line of a stream, or a whole answer, which has the form of the last line: `finish` is why
    /// the answer ended, and `nil` while it goes on; `body` writes text and thinking.
    func line(
        _ tally: AnswerTally,
        calls: [OllamaCall] = [],
        finish: FinishReason? = nil,
        durations: AnswerDurations? = nil,
        _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { root in
            root.member("model", tally.model ?? ids.identity.model)
            root.member("created_at", ids.identity.created.description)
            if isChat {
                root.object("message") { message in
                    message.member("role", "assistant")
                    body(&message)
                    guard !calls.isEmpty else { return }
                    message.array("tool_calls") { array in
                        for call in calls { call.write(to: &array) }
                    }
                }
            } else {
                body(&root)
            }
            root.member("done", finish != nil)
            guard let finish else { return }
            root.member("done_reason", finish.ollamaName)
            Self.writeEnd(tally.translatedUsage, durations ?? ids.identity.durations, to: &root)
        }
        return writer.bytes
    }

    private static func writeEnd(
        _ usage: TokenUsage,
        _ durations: AnswerDurations?,
        to root: inout JSONWriter
    ) {
        let (promptTokens, outputTokens) = (usage.prompt ?? 0, usage.output ?? 0)
        let durations = durations ?? AnswerDurations(total: .zero)
        let parts = durations.split(promptTokens: promptTokens, outputTokens: outputTokens)
        root.member("total_duration", max(1, durations.total.nanoseconds))
        root.member("load_duration", 0)
        root.member("prompt_eval_count", promptTokens)
        root.member("prompt_eval_duration", parts.prompt.nanoseconds)
        root.member("eval_count", outputTokens)
        root.member("eval_duration", parts.output.nanoseconds)
    }
}

/// A tool's call as Ollama writes it: its arguments are an object.
struct OllamaCall {
    private let id: String
    private let name: JSONSlice?
    private let arguments: JSONSlice

    init(_ call: AnswerContent.Call, _ arguments: JSONSlice) {
        id = call.id
        name = call.name
        self.arguments = arguments
    }

    func write(to calls: inout JSONWriter) {
        calls.object { call in
            call.member("id", id)
            call.object("function") { function in
                function.name("name")
                function.write(joined: [name].compactMap(\.self), separator: "")
                function.member("arguments", arguments)
            }
        }
    }
}
