import JSONBytes

extension Conversation {
    /// Takes the definitions of tools that OpenAI and Ollama write alike.
    mutating func readFunctionTools(_ tools: Field?) throws(RequestError) {
        for tool in try tools?.elements() ?? [] {
            let found = try tool.scan(["type", "function"])
            guard let function = found[1], found[0]?.isString("function") ?? true else {
                note(.foreign, at: tool.path)
                continue
            }
            FieldTranslation.openAITool.check(tool.value, path: tool.path, in: &self)
            let path = tool.path + ".function"
            let field = Field(value: function, path: path)
            let members = try field.scan(["name", "description", "parameters"])
            guard let name = members[0] else {
                throw RequestError("\(path).name is missing", field: path + ".name")
            }
            FieldTranslation.openAIFunction.check(function, path: path, in: &self)
            self.tools.append(
                ToolDefinition(
                    name: try Field(value: name, path: path + ".name").string(),
                    description: members[1],
                    schema: members[2]
                )
            )
        }
    }
}
