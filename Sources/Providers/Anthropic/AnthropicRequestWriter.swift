import JSONBytes

/// Writes a `Conversation` as an Anthropic messages request.
enum AnthropicRequestWriter {
    /// What `max_tokens`, which Anthropic demands, is where neither client nor gateway set a limit.
    static let defaultOutputLimit = 4_096

    static func write(
        _ conversation: Conversation,
        model: String,
        options: UpstreamOptions
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            root.member("model", model)
            let thinking = AnthropicThinking(of: conversation, options)
            root.member("max_tokens", thinking.outputLimit)
            let system = conversation.system.filter { !$0.isBlankString }
            if !system.isEmpty {
                root.name("system")
                root.write(joined: system, separator: "\n\n")
            }
            root.array("messages") { messages in
                for turn in conversation.turns.spoken.mergedByRole {
                    write(turn, to: &messages)
                }
            }
            root.member("temperature", ifPresent: conversation.sampling.temperature)
            root.member("top_p", ifPresent: conversation.sampling.topP)
            root.member("top_k", ifPresent: conversation.sampling.topK)
            if !conversation.stop.isEmpty {
                root.array("stop_sequences") { stop in
                    conversation.stop.forEach { stop.write($0) }
                }
            }
            writeTools(of: conversation, to: &root)
            if let user = conversation.endUser {
                root.object("metadata") { $0.member("user_id", user) }
            }
            thinking.write(to: &root)
            if conversation.streamed { root.member("stream", true) }
        }
        return writer.bytes
    }

    private static func write(_ turn: Turn, to messages: inout JSONWriter) {
        messages.object { message in
            message.member("role", turn.role == .assistant ? "assistant" : "user")
            if turn.parts.count == 1, case .text(let text) = turn.parts[0] {
                message.member("content", text)
            } else {
                message.array("content") { content in
                    for part in turn.parts { write(part, to: &content) }
                }
            }
        }
    }

    private static func write(_ part: Turn.Part, to content: inout JSONWriter) {
        if part.isBlank { return }
        content.object { block in
            switch part {
            case .text(let text):
                block.member("type", "text")
                block.member("text", text)
            case .image(let image):
                block.member("type", "image")
                block.object("source") { write(image, to: &$0) }
            case .toolCall(let call):
                block.member("type", "tool_use")
                block.member("id", call.id)
                block.member("name", call.name)
                block.member("input", call.arguments)
            case .toolResult(let result):
                block.member("type", "tool_result")
                block.member("tool_use_id", result.id)
                if result.parts.count == 1, case .text(let text) = result.parts[0] {
                    block.member("content", text)
                } else {
                    block.array("content") { inner in
                        for part in result.parts { write(part, to: &inner) }
                    }
                }
            }
        }
    }

    private static func write(_ image: Turn.Image, to source: inout JSONWriter) {
        switch image {
        case .url(let url):
            source.member("type", "url")
            source.member("url", url)
        case .data(let mediaType, let base64):
            source.member("type", "base64")
            source.member("media_type", mediaType)
            source.name("data")
            source.write(text: base64)
        }
    }

    private static func writeTools(of conversation: Conversation, to root: inout JSONWriter) {
        guard !conversation.tools.isEmpty else { return }
        root.array("tools") { tools in
            for tool in conversation.tools {
                tools.object { object in
                    object.member("name", tool.name)
                    object.member("description", ifPresent: tool.description)
                    if let schema = tool.schema {
                        object.member("input_schema", schema)
                    } else {
                        object.object("input_schema") { $0.member("type", "object") }
                    }
                }
            }
        }
        guard conversation.toolChoice != nil || conversation.parallelTools == false else { return }
        root.object("tool_choice") { choice in
            switch conversation.toolChoice {
            case nil, .auto: choice.member("type", "auto")
            case .some(.none): choice.member("type", "none")
            case .required: choice.member("type", "any")
            case .named(let name):
                choice.member("type", "tool")
                choice.member("name", name)
            }
            if case .some(.none) = conversation.toolChoice { return }
            if conversation.parallelTools == false {
                choice.member("disable_parallel_tool_use", true)
            }
        }
    }
}
