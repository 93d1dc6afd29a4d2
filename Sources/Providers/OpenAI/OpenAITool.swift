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
                if let schema = tool.schema {
                    function.name("parameters")
                    write(schema, to: &function)
                }
                if saysStrict { function.member("strict", ifPresent: tool.strict) }
            }
        }
    }

    /// OpenAI refuses an object without `properties`, which Anthropic and Gemini take: "object schema
    /// missing properties".
    private static func write(_ schema: JSONSlice, to function: inout JSONWriter) {
        let type = schema.members.first { $0.name.isString("type") }?.value
        let isObject =
            schema.kind == .object && (type ?? .string(of: "object".utf8)).isString("object")
        let known: Set<String> = ["properties", "$ref", "anyOf", "oneOf", "allOf"]
        guard isObject, !schema.members.contains(where: { known.contains($0.name.string ?? "") })
        else { return function.write(schema) }
        var splice = JSONSplice(schema)
        if type == nil { splice.set("type", to: "object") }
        splice.set("properties", to: Array("{}".utf8))
        function.write(valid: splice.bytes)
    }
}
