import JSONBytes

extension OpenAIRequestReader {
    private static let messageKeys: JSONKeys = [
        "role", "content", "tool_calls", "tool_call_id", "reasoning_content", "reasoning",
    ]

    mutating func readMessage(_ message: Field) throws(RequestError) {
        let found = try message.scan(Self.messageKeys)
        FieldTranslation.openAIMessage.check(message.value, path: message.path, in: &conversation)
        var parts: [Turn.Part] = []
        if let content = found[1] {
            parts = try readContent(Field(value: content, path: message.path + ".content"))
        }
        let role = found[0]?.string
        if !parts.images.isEmpty, role != "user" {
            // Only a user shows images in every family; a tool does in some.
            let feature: Feature = role == "tool" ? .imageInToolResult : .foreign
            conversation.note(feature, at: message.path + ".content")
        }
        switch role {
        case "system", "developer":
            guard conversation.turns.isEmpty else {
                conversation.note(.lateSystem, at: message.path)
                return conversation.turns.append(
                    Turn(role: .system, parts: parts, path: message.path)
                )
            }
            conversation.system += parts.texts
        case "user": conversation.turns.append(Turn(role: .user, parts: parts, path: message.path))
        case "assistant":
            if let calls = found[2] {
                let field = Field(value: calls, path: message.path + ".tool_calls")
                for call in try field.elements() {
                    if let part = try readCall(call) { parts.append(part) }
                }
            }
            // Servers of the family disagree on its name.
            let name = found[4] == nil ? ".reasoning" : ".reasoning_content"
            let reasoning = conversation.noteReasoning(
                found[4] ?? found[5],
                at: message.path + name
            )
            conversation.turns.append(
                Turn(role: .assistant, parts: parts, path: message.path, reasoning: reasoning)
            )
        case "tool":
            guard let id = found[3] else {
                let path = message.path + ".tool_call_id"
                throw RequestError("\(path) is missing", field: path)
            }
            let result = Turn.ToolResult(
                id: try Field(value: id, path: message.path + ".tool_call_id").string(),
                parts: parts
            )
            conversation.turns.append(
                Turn(role: .user, parts: [.toolResult(result)], path: message.path)
            )
        default: conversation.note(.foreign, at: message.path + ".role")
        }
    }

    private mutating func readCall(_ call: Field) throws(RequestError) -> Turn.Part? {
        let found = try call.scan(["id", "type", "function"])
        guard let function = found[2], found[1]?.isString("function") ?? true else {
            conversation.note(.foreign, at: call.path)
            return nil
        }
        FieldTranslation.openAICall.check(call.value, path: call.path, in: &conversation)
        let path = call.path + ".function"
        let members = try Field(value: function, path: path).scan(["name", "arguments"])
        guard let id = found[0], let name = members[0] else {
            throw RequestError("\(call.path) needs an id and a function.name", field: call.path)
        }
        let text = members[1]?.text ?? []
        let arguments: JSONSlice?
        do {
            arguments = try JSONSlice(validating: text.isEmpty ? Array("{}".utf8) : Array(text))
        } catch {
            arguments = nil
        }
        guard let arguments, arguments.kind == .object else {
            // Only OpenAI takes back arguments that a model wrote wrong.
            conversation.note(.foreign, at: path + ".arguments")
            return nil
        }
        return .toolCall(
            Turn.ToolCall(
                id: try Field(value: id, path: call.path + ".id").string(),
                name: try Field(value: name, path: path + ".name").string(),
                arguments: arguments
            )
        )
    }

    private mutating func readContent(_ content: Field) throws(RequestError) -> [Turn.Part] {
        if content.value.kind == .string { return [.text(content.value)] }
        var parts: [Turn.Part] = []
        for part in try content.elements() {
            let found = try part.scan(["type", "text", "image_url"])
            if let text = found[1], found[0]?.isString("text") == true {
                parts.append(.text(try Field(value: text, path: part.path + ".text").string()))
            } else if let image = found[2], found[0]?.isString("image_url") == true {
                let field = Field(value: image, path: part.path + ".image_url")
                if let image = try readImage(field) { parts.append(.image(image)) }
            } else {
                conversation.note(.foreign, at: part.path)
                continue
            }
            FieldTranslation.openAIPart.check(part.value, path: part.path, in: &conversation)
        }
        return parts
    }

    private mutating func readImage(_ image: Field) throws(RequestError) -> Turn.Image? {
        let found = try image.scan(["url", "detail"])
        FieldTranslation.openAIImage.check(image.value, path: image.path, in: &conversation)
        let path = image.path + ".url"
        guard let url = found[0] else { throw RequestError("\(path) is missing", field: path) }
        if let detail = found[1], !detail.isString("auto") {
            conversation.note(.hint, at: image.path + ".detail")
        }
        let text = try Field(value: url, path: path).string().text ?? []
        if let data = DataURL(text) {
            return .data(mediaType: data.mediaType, base64: data.base64)
        }
        guard text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8) else {
            conversation.note(.foreign, at: path)
            return nil
        }
        conversation.note(.imageURL, at: path)
        return .url(url)
    }
}
