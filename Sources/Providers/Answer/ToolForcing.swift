import Events
import JSONBytes

/// A tool that must be called, at a family that has no word for it: the answer is held to the schema of the
/// tool's arguments, and read back as the call.
///
/// Ollama's `format` takes any JSON schema (its "Structured outputs", November 2026). Of several tools the
/// answer says which, `{"name": …, "arguments": …}`.
struct ToolForcing {
    /// The tools of which one must be called, as they are told.
    private let tools: [Conversation.ToolDefinition]
    private var text: [UInt8] = []
    private var didBegin = false

    /// `nil` where no tool must be called, or the family has a word for it.
    init?(of conversation: Conversation, for family: WireFamily) {
        guard Feature.forcedTool.treatment(in: family) == .emulated else { return nil }
        let names = ToolNames(of: conversation, for: family)
        let told = conversation.tools.map { tool in
            tool.asFunction(named: names.name(tool.name, in: tool.namespace))
        }
        switch conversation.toolChoice {
        case .required: tools = told
        case .named(let name):
            let wanted = names.name(name).string ?? ""
            tools = told.filter { $0.name.isString(wanted) }
        case nil, .auto, .some(.none): return nil
        }
        if tools.isEmpty { return nil }
    }

    /// The schema that the answer is held to.
    var schema: JSONSlice {
        if tools.count == 1 { return Self.arguments(of: tools[0]) }
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.array("anyOf") { choices in
                for tool in tools { choices.object { Self.write(tool, to: &$0) } }
            }
        }
        return JSONSlice(written: writer)
    }

    /// What the model is told of it, since a schema alone says nothing of what it is for.
    var instruction: Turn.Part {
        let isOne = tools.count == 1
        var lines = [
            isOne
                ? "Answer by calling this tool: the answer is the JSON object of its arguments."
                : "Answer by calling one of these tools: the answer is a JSON object with its "
                    + "name and its arguments."
        ]
        for tool in tools {
            let description = tool.description?.string.map { ": " + $0 } ?? ""
            lines.append("- \(tool.name.string ?? "")\(description)")
        }
        return .note(lines.joined(separator: "\n"))
    }

    private static func arguments(of tool: Conversation.ToolDefinition) -> JSONSlice {
        if let schema = tool.schema, schema.kind == .object { return schema }
        var writer = JSONWriter(capacity: 24)
        writer.object { $0.member("type", "object") }
        return JSONSlice(written: writer)
    }

    private static func write(
        _ tool: Conversation.ToolDefinition,
        to choice: inout JSONWriter
    ) {
        choice.member("type", "object")
        choice.object("properties") { properties in
            properties.object("name") { $0.array("enum") { $0.write(tool.name) } }
            properties.member("arguments", arguments(of: tool))
        }
        choice.member("required", ["name", "arguments"])
    }

    /// The text of the answer as the arguments of the call, as it comes where there is one tool.
    mutating func restore(_ part: AnswerPart) -> [AnswerPart] {
        switch part {
        case .text(let piece):
            guard tools.count == 1 else {
                text += piece.text ?? []
                return []
            }
            let arguments = AnswerPart.arguments(index: 0, piece)
            if didBegin { return [arguments] }
            didBegin = true
            return [.toolCall(index: 0, ToolCallStart(name: tools[0].name)), arguments]
        case .finish(let reason):
            return finish() + [.finish(reason == .stop && didBegin ? .toolCalls : reason)]
        default: return [part]
        }
    }

    /// The call of one of several tools, once the whole of it is there; the text, if it is none.
    mutating func finish() -> [AnswerPart] {
        guard !text.isEmpty else { return [] }
        let said = text
        text = []
        do {
            let found = try JSONSlice(validating: said).scan(["name", "arguments"])
            if let name = found[0], name.kind == .string, let arguments = found[1] {
                didBegin = true
                return [
                    .toolCall(index: 0, ToolCallStart(name: name)),
                    .arguments(index: 0, .string(of: arguments.raw)),
                ]
            }
        } catch {
            // No JSON: an answer that was cut, for one.
        }
        return [.text(.string(of: said))]
    }
}
