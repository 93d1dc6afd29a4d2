import Events
import JSONBytes

/// Writes a `Conversation` as a request to Ollama's `/api/chat`.
enum OllamaRequestWriter {
    static func write(
        _ conversation: Conversation,
        model: String,
        options: BodyOptions
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            root.member("model", model)
            let forcing = ToolForcing(of: conversation, for: .ollama)
            let system = conversation.system + [forcing?.instruction].compactMap(\.self)
            root.array("messages") { messages in
                if !system.isEmpty {
                    messages.object { message in
                        message.member("role", "system")
                        message.name("content")
                        message.write(joined: system.texts, separator: "\n\n")
                    }
                }
                for turn in conversation.turns { write(turn, to: &messages) }
            }
            // A model that may not call tools is not told of any: Ollama has no tool choice.
            if !conversation.tools.isEmpty, forcing == nil, !conversation.forbidsTools {
                root.array("tools") { tools in
                    for tool in conversation.tools {
                        OpenAITool.write(tool, saysStrict: false, to: &tools)
                    }
                }
            }
            switch conversation.format {
            case _ where forcing != nil: root.member("format", ifPresent: forcing?.schema)
            case .text: break
            case .json: root.member("format", "json")
            case .schema(let schema): root.member("format", schema.schema)
            }
            root.object("options") { write(conversation, options, to: &$0) }
            if let keepAlive = options.keepAlive {
                root.name("keep_alive")
                root.writeKeepAlive(keepAlive)
            }
            switch conversation.thinkingSetting(by: options.thinking, in: .ollama) {
            case .unsaid, .budget: break
            case .on: root.member("think", true)
            case .off: root.member("think", false)
            case .effort(let effort): root.member("think", effort.rawValue)
            }
            // Ollama streams unless told not to.
            root.member("stream", conversation.streamed)
        }
        return writer.bytes
    }

    private static func write(
        _ conversation: Conversation,
        _ options: BodyOptions,
        to object: inout JSONWriter
    ) {
        let sampling = conversation.sampling
        object.member("num_ctx", ifPresent: options.contextTokens)
        object.member(
            "num_predict",
            ifPresent: options.limited(conversation.outputLimit ?? options.outputLimit)
        )
        object.member("temperature", ifPresent: sampling.temperature)
        object.member("top_p", ifPresent: sampling.topP)
        object.member("top_k", ifPresent: sampling.topK)
        object.member("seed", ifPresent: sampling.seed)
        object.member("frequency_penalty", ifPresent: sampling.frequencyPenalty)
        object.member("presence_penalty", ifPresent: sampling.presencePenalty)
        if !conversation.stop.isEmpty {
            object.array("stop") { stop in conversation.stop.forEach { stop.write($0) } }
        }
    }

    private static func write(_ turn: Turn, to messages: inout JSONWriter) {
        for result in turn.parts.toolResults {
            messages.object { message in
                message.member("role", "tool")
                message.member("tool_name", ifPresent: result.name)
                message.name("content")
                message.write(joined: result.parts.texts, separator: "\n\n")
            }
        }
        let texts = turn.parts.texts
        let images = turn.parts.images
        let calls = turn.parts.toolCalls
        // Results alone are said; a turn without anything is said to be one, since Ollama takes a
        // conversation of none for the order to load the model.
        if texts.isEmpty, images.isEmpty, !turn.parts.toolResults.isEmpty { return }
        messages.object { message in
            switch turn.role {
            case .system: message.member("role", "system")
            case .user: message.member("role", "user")
            case .assistant: message.member("role", "assistant")
            }
            message.name("content")
            message.write(joined: texts, separator: turn.role == .assistant ? "" : "\n\n")
            if !turn.reasoning.isEmpty {
                message.name("thinking")
                message.write(joined: turn.reasoning, separator: "")
            }
            if !images.isEmpty { write(images, to: &message) }
            if !calls.isEmpty { write(calls, to: &message) }
        }
    }

    private static func write(_ images: [Turn.Image], to message: inout JSONWriter) {
        message.array("images") { array in
            for case .data(_, let base64) in images { array.write(text: base64) }
        }
    }

    private static func write(_ calls: [Turn.ToolCall], to message: inout JSONWriter) {
        message.array("tool_calls") { array in
            for call in calls {
                array.object { object in
                    object.object("function") { function in
                        function.member("name", call.name)
                        function.member("arguments", call.arguments)
                    }
                }
            }
        }
    }
}

extension Conversation {
    /// Whether the client forbids tools that it defines all the same.
    fileprivate var forbidsTools: Bool {
        if case .some(.none) = toolChoice { true } else { false }
    }
}

extension JSONWriter {
    /// Writes a value of `keep_alive`: a number counts seconds, a text has a unit.
    mutating func writeKeepAlive(_ text: String) {
        if let seconds = Int(text) {
            write(seconds)
        } else {
            write(text)
        }
    }
}
