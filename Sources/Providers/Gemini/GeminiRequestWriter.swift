import Events
import JSONBytes

/// Writes a `Conversation` as a request to Gemini's `generateContent`, which names its model in the
/// address.
///
/// Source: Google's API reference, "generateContent", "Caching" (`Content`, `Tool`), and its guide
/// "Gemini thinking", November 2026.
enum GeminiRequestWriter {
    static func write(_ conversation: Conversation, options: BodyOptions) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object { root in
            let system = conversation.system.filter { !$0.isBlank }
            if !system.isEmpty {
                root.object("systemInstruction") { content in
                    content.array("parts") { parts in
                        for text in system.texts { parts.object { $0.member("text", text) } }
                    }
                }
            }
            root.array("contents") { contents in
                for turn in conversation.turns.spoken.mergedByRole {
                    write(turn, to: &contents)
                }
            }
            writeTools(of: conversation, to: &root)
            root.object("generationConfig") { writeConfig(of: conversation, options, to: &$0) }
        }
        return writer.bytes
    }

    private static func writeConfig(
        of conversation: Conversation,
        _ options: BodyOptions,
        to config: inout JSONWriter
    ) {
        let sampling = conversation.sampling
        let limit = options.limited(conversation.outputLimit ?? options.outputLimit)
        config.member("maxOutputTokens", ifPresent: limit)
        config.member("temperature", ifPresent: sampling.temperature)
        config.member("topP", ifPresent: sampling.topP)
        config.member("topK", ifPresent: sampling.topK)
        config.member("seed", ifPresent: sampling.seed)
        config.member("frequencyPenalty", ifPresent: sampling.frequencyPenalty)
        config.member("presencePenalty", ifPresent: sampling.presencePenalty)
        if !conversation.stop.isEmpty {
            config.array("stopSequences") { stop in
                for text in conversation.stop { stop.write(text) }
            }
        }
        writeThinking(of: conversation, options, to: &config)
        switch conversation.format {
        case .text: break
        case .json: config.member("responseMimeType", "application/json")
        case .schema(let schema):
            config.member("responseMimeType", "application/json")
            // `responseSchema` takes a part of OpenAPI's schemas only, this any JSON schema.
            config.member("responseJsonSchema", schema.schema)
        }
    }

    /// Thoughts are asked for, in summary, wherever thinking is; Gemini keeps them to itself otherwise.
    private static func writeThinking(
        of conversation: Conversation,
        _ options: BodyOptions,
        to config: inout JSONWriter
    ) {
        let setting = conversation.thinkingSetting(by: options.thinking, in: .gemini)
        guard setting != .unsaid else { return }
        config.object("thinkingConfig") { thinking in
            switch setting {
            case .unsaid, .on: break
            case .off(let count): thinking.member("thinkingBudget", Int(count) ?? 0)
            case .effort(let effort): thinking.member("thinkingLevel", effort.rawValue)
            case .budget(let tokens): thinking.member("thinkingBudget", tokens)
            }
            if conversation.thinking?.isOn == true { thinking.member("includeThoughts", true) }
        }
    }

    private static func write(_ turn: Turn, to contents: inout JSONWriter) {
        // A part must hold something.
        let parts = turn.parts.filter { !$0.isBlank }
        contents.object { content in
            content.member("role", turn.role == .assistant ? "model" : "user")
            content.array("parts") { array in
                for part in parts {
                    array.object { write(part, to: &$0) }
                }
            }
        }
    }

    private static func write(_ part: Turn.Part, to object: inout JSONWriter) {
        switch part.content {
        case .text(let text): object.member("text", text)
        case .image(.data(let mediaType, let base64)):
            write(mediaType, base64, to: &object)
        case .image(.url(let url)):
            // Not reached: `Feature.imageURL` rules Gemini out, and what is past is a note.
            object.object("fileData") { $0.member("fileUri", url) }
        case .file(let file):
            switch file.source {
            case .data(let mediaType, let base64): write(mediaType, base64, to: &object)
            case .text(let text): object.member("text", text)
            case .url(let url): object.object("fileData") { $0.member("fileUri", url) }
            }
        case .toolCall(let call):
            object.object("functionCall") { function in
                function.member("name", call.name)
                function.member("args", call.arguments)
            }
            // Gemini 3 refuses a call without the signature that it gave with it. For calls that others
            // made, and those whose signature is lost, Google documents this word ("Thought
            // signatures", November 2026). Older models don't look at it.
            if let signature = call.signature {
                object.member("thoughtSignature", signature)
            } else {
                object.member("thoughtSignature", "skip_thought_signature_validator")
            }
        case .toolResult(let result):
            object.object("functionResponse") { response in
                // Results are known by the function's name.
                response.member("name", result.name ?? result.id)
                response.object("response") { output in
                    output.name(result.isError ? "error" : "output")
                    output.write(joined: result.parts.texts, separator: "\n\n")
                }
            }
        }
    }

    private static func write(
        _ mediaType: String,
        _ base64: ArraySlice<UInt8>,
        to object: inout JSONWriter
    ) {
        object.object("inlineData") { data in
            data.member("mimeType", mediaType)
            data.name("data")
            data.write(text: base64)
        }
    }

    private static func writeTools(of conversation: Conversation, to root: inout JSONWriter) {
        guard !conversation.tools.isEmpty else { return }
        root.array("tools") { tools in
            tools.object { tool in
                tool.array("functionDeclarations") { functions in
                    for tool in conversation.tools { write(tool, to: &functions) }
                }
            }
        }
        guard let choice = conversation.toolChoice else { return }
        root.object("toolConfig") { config in
            config.object("functionCallingConfig") { calling in
                switch choice {
                case .auto: calling.member("mode", "AUTO")
                case .none: calling.member("mode", "NONE")
                case .required: calling.member("mode", "ANY")
                case .named(let name):
                    calling.member("mode", "ANY")
                    calling.array("allowedFunctionNames") { $0.write(name) }
                }
            }
        }
    }

    private static func write(
        _ tool: Conversation.ToolDefinition,
        to functions: inout JSONWriter
    ) {
        functions.object { function in
            function.member("name", tool.name)
            function.member("description", ifPresent: tool.description)
            // `parameters` takes a part of OpenAPI's schemas only, this any JSON schema.
            function.member("parametersJsonSchema", ifPresent: tool.schema)
        }
    }
}
