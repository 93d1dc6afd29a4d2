import JSONBytes

extension ResponsesRequestReader {
    private static let toolKeys: JSONKeys = [
        "type", "name", "description", "parameters", "strict", "format", "tools", "execution",
    ]
    /// What the tool that searches for others is called where it is a function.
    static let searchName = "tool_search"

    /// A function, a custom tool, a group of them, or a search that the client runs; tools that run at OpenAI
    /// are left out: a model that isn't told of them need not call them.
    mutating func readTool(_ tool: Field, in namespace: JSONSlice? = nil) throws(RequestError) {
        guard tool.value.kind == .object else { return conversation.note(.foreign, at: tool.path) }
        let found = try tool.scan(Self.toolKeys)
        switch found[0]?.string {
        case "function", "custom":
            guard let name = found[1], name.kind == .string else {
                return conversation.note(.foreign, at: tool.path + ".name")
            }
            FieldTranslation.responsesTool.check(tool.value, path: tool.path, in: &conversation)
            let isCustom = found[0]?.isString("custom") == true
            if found[4]?.bool == true { conversation.note(.strict, at: tool.path + ".strict") }
            declare(
                Conversation.ToolDefinition(
                    name: name,
                    description: found[2],
                    schema: found[3],
                    strict: found[4]?.bool,
                    kind: isCustom ? .custom(format: found[5]) : .function,
                    namespace: namespace
                )
            )
        case "namespace":
            guard let inner = found[6], inner.kind == .array else {
                return conversation.note(.foreign, at: tool.path + ".tools")
            }
            for member in try Field(value: inner, path: tool.path + ".tools").elements() {
                try readTool(member, in: found[1])
            }
        case "tool_search" where found[7]?.isString("client") == true:
            declare(
                Conversation.ToolDefinition(
                    name: .string(of: Self.searchName.utf8),
                    description: found[2],
                    schema: found[3]
                )
            )
        default: conversation.note(.foreign, at: tool.path)
        }
    }

    /// Declares a tool once: a client that found one tells of it in each later request.
    private mutating func declare(_ tool: Conversation.ToolDefinition) {
        _ = conversation.declare(tool)
    }

    /// Reads the tools that stand in an item; what can't be read of them is left out.
    mutating func readTools(in item: Field, _ tools: JSONSlice?) throws(RequestError) {
        guard let tools, tools.kind == .array else { return }
        for tool in try Field(value: tools, path: item.path + ".tools").elements() {
            try readTool(tool)
        }
    }

    mutating func readChoice(_ choice: Field?, parallel: Field?) throws(RequestError) {
        conversation.parallelTools = try parallel?.bool()
        if let parallel, conversation.parallelTools == false, !conversation.tools.isEmpty {
            conversation.note(.serialTools, at: parallel.path)
        }
        guard let choice else { return }
        switch choice.value.string {
        case "auto": conversation.toolChoice = .auto
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "required":
            // Where every tool runs at OpenAI, one of those is demanded.
            guard !conversation.tools.isEmpty else {
                return conversation.note(.forcedServerTool, at: choice.path)
            }
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        default: try readNamed(choice)
        }
    }

    private mutating func readNamed(_ choice: Field) throws(RequestError) {
        guard choice.value.kind == .object else {
            return conversation.note(.foreign, at: choice.path)
        }
        let found = try choice.scan(["type", "name", "mode", "tools"])
        switch found[0]?.string {
        case "function", "custom":
            guard let name = found[1] else { return conversation.note(.foreign, at: choice.path) }
            conversation.toolChoice = .named(try Field(value: name, path: choice.path).string())
            conversation.note(.forcedTool, at: choice.path)
        case "allowed_tools":
            // No other family has a word for it, but the other tools need not be declared there.
            let names = found[3]?.elements.compactMap { tool in
                tool.members.first { $0.name.isString("name") }?.value.string
            }
            conversation.allowTools(Set(names ?? []))
            guard found[2]?.isString("required") == true else {
                return conversation.toolChoice = .auto
            }
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        case "tool_search":
            conversation.toolChoice = .named(.string(of: Self.searchName.utf8))
            conversation.note(.forcedTool, at: choice.path)
        default: conversation.note(.forcedServerTool, at: choice.path)
        }
    }
}
