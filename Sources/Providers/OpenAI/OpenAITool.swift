import JSONBytes

/// A tool's definition as OpenAI and Ollama write it.
enum OpenAITool {
    static func write(
        _ tool: Conversation.ToolDefinition,
        saysStrict: Bool,
        to tools: inout JSONWriter
    ) {
        tools.object { object in
            object.member("type", "function")
            object.object("function") { function in
                function.member("name", tool.name)
                function.member("description", ifPresent: tool.description)
                function.member("parameters", ifPresent: tool.schema)
                if saysStrict { function.member("strict", ifPresent: tool.strict) }
            }
        }
    }
}
