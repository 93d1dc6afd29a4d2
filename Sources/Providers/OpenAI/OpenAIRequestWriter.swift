import Events
import JSONBytes

/// Writes a `Conversation` as an OpenAI chat completions request.
enum OpenAIRequestWriter {
    /// The characters of `user` that every known server takes (`JSONSlice.shortened`).
    private static let mostUserCharacters = 64

    static func write(
        _ conversation: Conversation,
        model: String,
        options: BodyOptions
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            root.member("model", model)
            root.array("messages") { messages in
                if !conversation.system.isEmpty {
                    writeMessage(role: "system", to: &messages) { message in
                        message.name("content")
                        message.write(joined: conversation.system.texts, separator: "\n\n")
                    }
                }
                for turn in conversation.turns {
                    write(turn, options, to: &messages)
                }
            }
            root.member(
                options.limitField.rawValue,
                ifPresent: options.limited(conversation.outputLimit ?? options.outputLimit)
            )
            write(conversation.sampling, to: &root)
            if !conversation.stop.isEmpty {
                root.array("stop") { stop in conversation.stop.forEach { stop.write($0) } }
            }
            writeTools(of: conversation, to: &root)
            write(conversation.format, to: &root)
            writeThinking(of: conversation, options, to: &root)
            root.member("user", ifPresent: conversation.endUser?.shortened(to: mostUserCharacters))
            for hint in conversation.chatHints where options.chatHints.contains(hint.name) {
                root.member(hint.name, hint.value)
            }
            if conversation.streamed {
                root.member("stream", true)
                if options.asksForUsage {
                    root.object("stream_options") { $0.member("include_usage", true) }
                }
            }
        }
        return writer.bytes
    }

    /// A word of OpenAI's own goes on as it is.
    ///
    /// Thinking that is demanded without an amount is
    /// `medium`, which is what models that always think do by themselves (OpenAI's guide "Reasoning
    /// models") and what Ollama takes its own `true` for.
    private static func writeThinking(
        of conversation: Conversation,
        _ options: BodyOptions,
        to root: inout JSONWriter
    ) {
        if let word = conversation.thinking?.word {
            return root.member("reasoning_effort", word)
        }
        let control = options.thinking
        switch conversation.thinkingSetting(by: control, in: .openai) {
        case .unsaid, .budget: break
        case .off(let word): root.member("reasoning_effort", word)
        case .effort(let effort): root.member("reasoning_effort", effort.rawValue)
        case .on where conversation.thinking?.isDemanded == true:
            root.member("reasoning_effort", control?.on ?? ThinkingEffort.medium.rawValue)
        case .on: break
        }
    }

    private static func write(_ sampling: Conversation.Sampling, to root: inout JSONWriter) {
        root.member("temperature", ifPresent: sampling.temperature)
        root.member("top_p", ifPresent: sampling.topP)
        root.member("seed", ifPresent: sampling.seed)
        root.member("frequency_penalty", ifPresent: sampling.frequencyPenalty)
        root.member("presence_penalty", ifPresent: sampling.presencePenalty)
    }

    private static func write(_ format: Conversation.OutputFormat, to root: inout JSONWriter) {
        switch format {
        case .text: break
        case .json: root.object("response_format") { $0.member("type", "json_object") }
        case .schema(let schema):
            root.object("response_format") { object in
                object.member("type", "json_schema")
                object.object("json_schema") { wrapper in
                    // A name is demanded, and says nothing.
                    if let name = schema.name {
                        wrapper.member("name", name)
                    } else {
                        wrapper.member("name", "answer")
                    }
                    wrapper.member("description", ifPresent: schema.description)
                    wrapper.member("strict", ifPresent: schema.strict)
                    wrapper.member("schema", schema.schema)
                }
            }
        }
    }

    /// A turn is one message, and one more for each result of a tool in it.
    private static func write(
        _ turn: Turn,
        _ options: BodyOptions,
        to messages: inout JSONWriter
    ) {
        for result in turn.parts.toolResults {
            writeMessage(role: "tool", to: &messages) { message in
                message.member("tool_call_id", result.id)
                message.name("content")
                message.write(joined: result.parts.texts, separator: "\n\n")
            }
        }
        let calls = turn.parts.toolCalls
        let texts = turn.parts.texts
        let isText = turn.parts.allSatisfy { $0.image == nil && $0.file == nil }
        switch turn.role {
        case .assistant:
            writeMessage(role: "assistant", to: &messages) { message in
                if texts.isEmpty, !calls.isEmpty {
                    message.nullMember("content")
                } else {
                    message.name("content")
                    message.write(joined: texts, separator: "")
                }
                if options.returnsThinking {
                    message.name("reasoning_content")
                    message.write(joined: turn.returnedThinking, separator: "")
                }
                if !calls.isEmpty { write(calls, to: &message) }
            }
        case .user, .system:
            guard !texts.isEmpty || !isText || turn.parts.toolResults.isEmpty else {
                return
            }
            writeMessage(role: turn.role == .user ? "user" : "system", to: &messages) { message in
                if isText, texts.count <= 1 {
                    // No empty list, which its servers refuse.
                    message.name("content")
                    message.write(joined: texts, separator: "")
                } else {
                    message.array("content") { content in
                        for part in turn.parts { write(part, to: &content) }
                    }
                }
            }
        }
    }

    private static func writeMessage(
        role: String,
        to messages: inout JSONWriter,
        _ body: (inout JSONWriter) -> Void
    ) {
        messages.object { message in
            message.member("role", role)
            body(&message)
        }
    }

    private static func write(_ part: Turn.Part, to content: inout JSONWriter) {
        switch part.content {
        case .text(let text):
            content.object { object in
                object.member("type", "text")
                object.member("text", text)
            }
        case .image(let image):
            content.object { object in
                object.member("type", "image_url")
                object.object("image_url") { url in
                    url.name("url")
                    switch image {
                    case .url(let address): url.write(address)
                    case .data(let mediaType, let base64):
                        url.write(text: Array("data:\(mediaType);base64,".utf8) + base64)
                    }
                }
            }
        case .file(let file): write(file, to: &content)
        case .toolCall, .toolResult: break
        }
    }

    /// A recording in one of the two formats that OpenAI names, or a document.
    private static func write(_ file: Turn.File, to content: inout JSONWriter) {
        guard case .data(let mediaType, let base64) = file.source else { return }
        content.object { object in
            if case .audio = MediaKind(mediaType) {
                object.member("type", "input_audio")
                object.object("input_audio") { audio in
                    audio.name("data")
                    audio.write(text: base64)
                    let format = mediaType.contains("mp3") || mediaType.contains("mpeg")
                    audio.member("format", format ? "mp3" : "wav")
                }
                return
            }
            object.member("type", "file")
            object.object("file") { inner in
                if let name = file.name {
                    inner.member("filename", name)
                } else {
                    // A name is demanded of data, and says nothing.
                    inner.member("filename", "document.pdf")
                }
                inner.name("file_data")
                inner.write(text: Array("data:\(mediaType);base64,".utf8) + base64)
            }
        }
    }

    private static func write(_ calls: [Turn.ToolCall], to message: inout JSONWriter) {
        message.array("tool_calls") { array in
            for call in calls {
                array.object { object in
                    object.member("id", call.id)
                    object.member("type", "function")
                    object.object("function") { function in
                        function.member("name", call.name)
                        function.name("arguments")
                        function.write(text: call.arguments.raw)
                    }
                }
            }
        }
    }

    private static func writeTools(of conversation: Conversation, to root: inout JSONWriter) {
        guard !conversation.tools.isEmpty else { return }
        root.array("tools") { tools in
            for tool in conversation.tools {
                OpenAITool.write(tool, saysStrict: true, to: &tools)
            }
        }
        switch conversation.toolChoice {
        case nil: break
        case .auto: root.member("tool_choice", "auto")
        case .some(.none): root.member("tool_choice", "none")
        case .required: root.member("tool_choice", "required")
        case .named(let name):
            root.object("tool_choice") { choice in
                choice.member("type", "function")
                choice.object("function") { $0.member("name", name) }
            }
        }
        root.member("parallel_tool_calls", ifPresent: conversation.parallelTools)
    }
}
