import JSONBytes

/// Writes a `Conversation` as an Anthropic messages request.
enum AnthropicRequestWriter {
    /// What `max_tokens`, which Anthropic demands, is where neither client nor gateway set a limit.
    static let defaultOutputLimit = 4_096
    /// The most strict tools that a request may have (its "Structured outputs", November 2026); with more,
    /// none is.
    private static let mostStrictTools = 20

    static func write(
        _ conversation: Conversation,
        model: String,
        options: BodyOptions
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            root.member("model", model)
            let thinking = AnthropicThinking(of: conversation, options)
            root.member("max_tokens", options.limited(thinking.outputLimit))
            write(system: conversation.system.filter { !$0.isBlank }, to: &root)
            root.array("messages") { messages in
                for turn in conversation.turns.spoken.mergedByRole {
                    write(turn, to: &messages)
                }
            }
            write(conversation.sampling, isThinking: thinking.isOn, to: &root)
            if !conversation.stop.isEmpty {
                root.array("stop_sequences") { stop in
                    conversation.stop.forEach { stop.write($0) }
                }
            }
            writeTools(of: conversation, to: &root)
            if let user = conversation.endUser {
                root.object("metadata") { $0.member("user_id", user.shortened(to: 256)) }
            }
            var schema: Conversation.Schema?
            if case .schema(let given) = conversation.format { schema = given }
            thinking.write(schema: schema, to: &root)
            if conversation.streamed { root.member("stream", true) }
        }
        return writer.bytes
    }

    /// One text, or blocks where a client says what of it the provider's cache shall keep.
    private static func write(system: [Turn.Part], to root: inout JSONWriter) {
        guard !system.isEmpty else { return }
        if system.allSatisfy({ $0.cacheControl == nil }) {
            root.name("system")
            return root.write(joined: system.texts, separator: "\n\n")
        }
        root.array("system") { blocks in
            for part in system { write(part, to: &blocks) }
        }
    }

    /// A temperature ends at 1, and excludes `top_p`; a model that thinks has neither that nor `top_k`
    /// (`Feature.hotTemperature`, `topPBesideTemperature`, `boundSampling` report it).
    private static func write(
        _ sampling: Conversation.Sampling,
        isThinking: Bool,
        to root: inout JSONWriter
    ) {
        let temperature = sampling.temperature?.double
        if let temperature, temperature > 1, !isThinking {
            root.member("temperature", 1)
        } else if !isThinking || temperature == 1 {
            root.member("temperature", ifPresent: sampling.temperature)
        }
        if temperature == nil { root.member("top_p", ifPresent: sampling.topP) }
        if !isThinking { root.member("top_k", ifPresent: sampling.topK) }
    }

    private static func write(_ turn: Turn, to messages: inout JSONWriter) {
        messages.object { message in
            message.member("role", turn.role == .assistant ? "assistant" : "user")
            if turn.parts.count == 1, let text = turn.parts[0].text,
                turn.parts[0].cacheControl == nil
            {
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
            switch part.content {
            case .text(let text):
                block.member("type", "text")
                block.member("text", text)
            case .image(let image):
                block.member("type", "image")
                block.object("source") { write(image, to: &$0) }
            case .file(let file):
                block.member("type", "document")
                block.object("source") { write(file.source, to: &$0) }
                block.member("title", ifPresent: file.name)
            case .toolCall(let call):
                block.member("type", "tool_use")
                block.member("id", call.id)
                block.member("name", call.name)
                block.member("input", call.arguments)
            case .toolResult(let result):
                block.member("type", "tool_result")
                block.member("tool_use_id", result.id)
                if result.isError { block.member("is_error", true) }
                if result.parts.count == 1, let text = result.parts[0].text {
                    block.member("content", text)
                } else {
                    block.array("content") { inner in
                        for part in result.parts { write(part, to: &inner) }
                    }
                }
            }
            block.member("cache_control", ifPresent: part.cacheControl)
        }
    }

    private static func write(_ image: Turn.Image, to source: inout JSONWriter) {
        switch image {
        case .url(let url):
            source.member("type", "url")
            source.member("url", url)
        case .data(let mediaType, let base64): write(mediaType, base64, to: &source)
        }
    }

    private static func write(_ document: Turn.File.Source, to source: inout JSONWriter) {
        switch document {
        case .url(let url):
            source.member("type", "url")
            source.member("url", url)
        case .text(let text):
            source.member("type", "text")
            source.member("media_type", "text/plain")
            source.member("data", text)
        case .data(let mediaType, let base64): write(mediaType, base64, to: &source)
        }
    }

    private static func write(
        _ mediaType: String,
        _ base64: ArraySlice<UInt8>,
        to source: inout JSONWriter
    ) {
        source.member("type", "base64")
        source.member("media_type", mediaType)
        source.name("data")
        source.write(text: base64)
    }

    private static func writeTools(of conversation: Conversation, to root: inout JSONWriter) {
        guard !conversation.tools.isEmpty else { return }
        root.array("tools") { tools in
            let strict = conversation.tools.count { $0.strict == true }
            for tool in conversation.tools {
                write(tool, isStrict: tool.strict == true && strict <= mostStrictTools, to: &tools)
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

    /// A strict schema is closed, which OpenAI demands of its clients and Anthropic of everybody.
    private static func write(
        _ tool: Conversation.ToolDefinition,
        isStrict: Bool,
        to tools: inout JSONWriter
    ) {
        tools.object { object in
            object.member("name", tool.name)
            object.member("description", ifPresent: tool.description)
            object.name("input_schema")
            writeSchema(of: tool, isStrict: isStrict, to: &object)
            if isStrict { object.member("strict", true) }
            object.member("cache_control", ifPresent: tool.cacheControl)
        }
    }

    /// The schema of a tool's arguments, which is of an object by its own word here.
    private static func writeSchema(
        of tool: Conversation.ToolDefinition,
        isStrict: Bool,
        to object: inout JSONWriter
    ) {
        let given = tool.schema.flatMap { $0.kind == .object ? $0 : nil }
        var splice = JSONSplice(given ?? .emptyObject)
        if given?.members.contains(where: { $0.name.isString("type") }) != true {
            splice.set("type", to: "object")
        } else if let given {
            return object.write(isStrict ? ClosedSchema.closed(given) : given)
        }
        object.write(valid: splice.bytes)
    }
}
