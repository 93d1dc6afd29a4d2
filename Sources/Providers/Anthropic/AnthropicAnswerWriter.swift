import Events
import JSONBytes

/// Writes a whole answer as an Anthropic message.
enum AnthropicAnswerWriter {
    static func write(
        _ content: AnswerContent,
        _ tally: AnswerTally,
        _ ids: AnswerIDs
    ) throws(ProviderFailure) -> [UInt8] {
        var inputs: [JSONSlice] = []
        for call in content.calls { inputs.append(try call.object()) }
        var writer = JSONWriter(capacity: 1_024)
        writer.object { root in
            root.member("id", ids.answer("msg_"))
            root.member("type", "message")
            root.member("role", "assistant")
            root.member("model", tally.model ?? ids.identity.model)
            root.array("content") { blocks in
                write(content.reasoning, as: "thinking", to: &blocks)
                write(content.texts, as: "text", to: &blocks)
                for (call, input) in zip(content.calls, inputs) {
                    blocks.object { block in
                        block.member("type", "tool_use")
                        block.member("id", call.id)
                        block.name("name")
                        block.write(joined: [call.name].compactMap(\.self), separator: "")
                        block.member("input", input)
                    }
                }
            }
            root.member("stop_reason", tally.translatedFinish.anthropicName)
            tally.translatedFinish.writeStopSequence(to: &root)
            root.object("usage") { AnthropicUsage.write(tally.translatedUsage, to: &$0) }
        }
        return writer.bytes
    }

    /// A thinking block has a signature, which only Anthropic can give; it stays empty, and such
    /// blocks are hints when they come back.
    private static func write(_ texts: [JSONSlice], as type: String, to blocks: inout JSONWriter) {
        guard !texts.isEmpty else { return }
        blocks.object { block in
            block.member("type", type)
            block.name(type)
            block.write(joined: texts, separator: "")
            if type == "thinking" { block.member("signature", "") }
        }
    }
}
