import JSONBytes

extension GeminiRequestReader {
    private static let toolKeys: GeminiKeys = ["functionDeclarations"]
    private static let functionKeys: GeminiKeys = [
        "name", "description", "parameters", "parametersJsonSchema",
    ]
    private static let configKeys: GeminiKeys = ["functionCallingConfig"]
    private static let callingKeys: GeminiKeys = ["mode", "allowedFunctionNames"]

    /// The functions that a tool declares; `nil` for one that runs at Google.
    static func functions(of tool: Field) throws(RequestError) -> Field? {
        try toolKeys.scan(tool)[0]
    }

    /// Reads a tool: functions, and what runs at Google (`googleSearch`, `codeExecution`), which is left
    /// out, as the model need not use it.
    mutating func readTool(_ tool: Field) throws(RequestError) {
        check(tool, read: ["functionDeclarations"])
        for function in try Self.functions(of: tool)?.listed() ?? [] {
            let found = try Self.functionKeys.scan(function)
            guard let name = found[0] else {
                throw RequestError(
                    "\(function.path).name is missing",
                    field: function.path + ".name"
                )
            }
            check(
                function,
                read: ["name", "description", "parameters", "parametersJsonSchema"]
            )
            conversation.tools.append(
                Conversation.ToolDefinition(
                    name: try name.string(),
                    description: found[1]?.value,
                    schema: found[3]?.value
                        ?? found[2].map { GeminiSchema.jsonSchema(of: $0.value) }
                )
            )
        }
    }

    /// Reads which functions may, must or must not be called.
    mutating func readToolConfig(_ config: Field) throws(RequestError) {
        check(config, read: ["functionCallingConfig"])
        guard let calling = try Self.configKeys.scan(config)[0] else { return }
        check(calling, read: ["mode", "allowedFunctionNames"])
        let found = try Self.callingKeys.scan(calling)
        let allowed = try found[1]?.elements().map(\.value) ?? []
        if !allowed.isEmpty {
            let names = Set(allowed.compactMap(\.string))
            conversation.tools.removeAll { !names.contains($0.name.string ?? "") }
        }
        switch found[0]?.value.string?.uppercased() {
        case "NONE": conversation.toolChoice = Conversation.ToolChoice.none
        case "ANY" where !conversation.tools.isEmpty:
            conversation.toolChoice =
                conversation.tools.count == 1 && allowed.count == 1
                ? .named(conversation.tools[0].name) : .required
            conversation.note(.forcedTool, at: calling.path)
        case "AUTO", "VALIDATED", "MODE_UNSPECIFIED", nil: conversation.toolChoice = .auto
        default: conversation.note(.foreign, at: calling.path + ".mode")
        }
        if conversation.tools.isEmpty { conversation.toolChoice = nil }
    }
}
