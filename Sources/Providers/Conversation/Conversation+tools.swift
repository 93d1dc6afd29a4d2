import JSONBytes

extension Conversation.ToolDefinition {
    var isCustom: Bool {
        if case .custom = kind { true } else { false }
    }

    /// The member that holds the text of a custom tool's call, where it is said as a function's.
    static let customInput = "input"

    /// The tool as a function under a name; a custom tool's one text becomes the one argument.
    func asFunction(named name: JSONSlice) -> Conversation.ToolDefinition {
        var function = self
        function.name = name
        function.namespace = nil
        guard case .custom(let format) = kind else { return function }
        function.kind = .function
        var schema = JSONWriter(capacity: 192)
        schema.object { object in
            object.member("type", "object")
            object.object("properties") { properties in
                properties.object(Self.customInput) { input in
                    input.member("type", "string")
                    input.member("description", "The tool's whole input, as plain text.")
                }
            }
            object.array("required") { $0.write(Self.customInput) }
            object.member("additionalProperties", false)
        }
        function.schema = JSONSlice(written: schema)
        function.description = described(by: format)
        return function
    }

    /// The description, and behind it the grammar, which nobody else holds the model to.
    private func described(by format: JSONSlice?) -> JSONSlice? {
        let members = format?.members.map { ($0.name.string ?? "", $0.value) } ?? []
        // Chats wrap the grammar in an object of its own; responses don't.
        let inner = members.first { $0.0 == "grammar" }?.1
        let grammar = inner?.members.map { ($0.name.string ?? "", $0.value) } ?? members
        guard let definition = grammar.first(where: { $0.0 == "definition" })?.1,
            definition.kind == .string
        else { return description }
        let syntax = grammar.first { $0.0 == "syntax" }?.1.string ?? "the following"
        let heading = "The input must follow this grammar (\(syntax)):\n"
        var writer = JSONWriter(capacity: definition.range.count + 128)
        let head = [description].compactMap(\.self).flatMap { [$0, .string(of: "\n\n".utf8)] }
        writer.write(joined: head + [.string(of: heading.utf8), definition], separator: "")
        return JSONSlice(written: writer)
    }
}

extension Conversation {
    /// Takes the definitions of tools that OpenAI and Ollama write alike.
    mutating func readFunctionTools(_ tools: Field?) throws(RequestError) {
        for tool in try tools?.elements() ?? [] {
            let found = try tool.scan([
                "type", "function", "custom", "cache_control", "name", "input_schema",
            ])
            if let name = found[4], found[1] == nil, found[2] == nil,
                found[5] != nil || found[0]?.isString("function") == true
            {
                try readFlatTool(tool, name: name)
                continue
            }
            let isCustom = found[0]?.isString("custom") == true
            guard let wrapped = isCustom ? found[2] : found[1],
                isCustom || found[0]?.isString("function") ?? true
            else {
                // It runs at its provider; a model that isn't told of it need not call it.
                note(.foreign, at: tool.path)
                continue
            }
            FieldTranslation.openAITool.check(tool.value, path: tool.path, in: &self)
            let path = tool.path + (isCustom ? ".custom" : ".function")
            let field = Field(value: wrapped, path: path)
            let members = try field.scan(["name", "description", "parameters", "strict", "format"])
            guard let name = members[0] else {
                throw RequestError("\(path).name is missing", field: path + ".name")
            }
            let table: FieldTranslation = isCustom ? .openAICustomTool : .openAIFunction
            table.check(wrapped, path: path, in: &self)
            if members[3]?.bool == true { note(.strict, at: path + ".strict") }
            if found[3] != nil { note(.cacheControl, at: tool.path + ".cache_control") }
            declareOnce(
                ToolDefinition(
                    name: try Field(value: name, path: path + ".name").string(),
                    description: members[1],
                    schema: members[2],
                    strict: members[3]?.bool,
                    kind: isCustom ? .custom(format: members[4]) : .function,
                    cacheControl: found[3]
                ),
                at: tool.path
            )
        }
    }

    /// A function that is not wrapped: as responses or Anthropic's messages have it, which some clients
    /// send to a chat too.
    private mutating func readFlatTool(_ tool: Field, name: JSONSlice) throws(RequestError) {
        let found = try tool.scan([
            "description", "parameters", "input_schema", "strict", "cache_control",
        ])
        if found[3]?.bool == true { note(.strict, at: tool.path + ".strict") }
        if found[4] != nil { note(.cacheControl, at: tool.path + ".cache_control") }
        declareOnce(
            ToolDefinition(
                name: try Field(value: name, path: tool.path + ".name").string(),
                description: found[0],
                schema: found[1] ?? found[2],
                strict: found[3]?.bool,
                kind: .function,
                cacheControl: found[4]
            ),
            at: tool.path
        )
    }

    /// Takes a tool; Anthropic and Gemini refuse one that comes again, which OpenAI's family takes.
    private mutating func declareOnce(_ tool: ToolDefinition, at path: String) {
        if !declare(tool) { note(.foreign, at: path) }
    }

    /// Leaves only the tools that a client allows of those that it declares.
    mutating func allowTools(_ allowed: Set<String>) {
        tools.removeAll { !allowed.contains($0.name.string ?? "") }
    }
}
