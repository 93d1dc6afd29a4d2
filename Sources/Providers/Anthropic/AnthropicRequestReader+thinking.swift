import Events
import JSONBytes

extension AnthropicRequestReader {
    /// Reads `thinking` and `output_config.effort`.
    ///
    /// `enabled` demands it, and `adaptive` leaves it to the model. `between_tools` is off but for
    /// notes between the calls of tools. Source: Anthropic's API reference, "Create a Message".
    mutating func readThinking(_ thinking: Field?, output: Field?) throws(RequestError) {
        var effort: ThinkingEffort?
        if let output {
            FieldTranslation.anthropicOutput.check(
                output.value,
                path: output.path,
                in: &conversation
            )
            let members = try output.scan(["effort", "format"])
            if let format = members[1] {
                try readFormat(Field(value: format, path: output.path + ".format"))
            }
            if let value = members[0] {
                let field = Field(value: value, path: output.path + ".effort")
                effort = try field.string().string.flatMap(ThinkingEffort.init)
                conversation.note(effort == nil ? .hint : .effort, at: field.path)
                conversation.thinking = AskedThinking(isOn: true, effort: effort, path: field.path)
            }
        }
        guard let thinking else { return }
        FieldTranslation.anthropicThinking.check(
            thinking.value,
            path: thinking.path,
            in: &conversation
        )
        let found = try thinking.scan(["type", "budget_tokens"])
        var asked = AskedThinking(isOn: true, effort: effort, path: thinking.path)
        switch found[0]?.string {
        case "enabled":
            let path = thinking.path + ".budget_tokens"
            asked.isDemanded = true
            asked.budget = try found[1].map { value throws(RequestError) in
                try Field(value: value, path: path).count()
            }
            conversation.note(.effort, at: path)
        case "adaptive": break
        case "disabled", "between_tools": asked.isOn = false
        default: return conversation.note(.foreign, at: thinking.path)
        }
        conversation.thinking = asked
    }

    /// Output in a JSON schema: `output_config.format`, in older betas `output_format`.
    ///
    /// Source: Anthropic's "Structured outputs", November 2026.
    mutating func readFormat(_ format: Field) throws(RequestError) {
        let found = try format.scan(["type", "schema"])
        guard found[0]?.isString("json_schema") == true, let schema = found[1] else {
            return conversation.note(.demand, at: format.path)
        }
        conversation.format = .schema(Conversation.Schema(schema: schema))
        conversation.note(.outputSchema, at: format.path)
    }
}
