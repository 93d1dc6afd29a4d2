import JSONBytes

extension AnthropicRequestReader {
    /// A document: base64, plain text, an address, or blocks of content.
    ///
    /// Source: Anthropic's "PDF support" and "Citations", November 2026.
    mutating func readDocument(
        _ block: Field,
        isResult: Bool
    ) throws(RequestError) -> [Turn.Part] {
        let members = try block.scan(["source", "title"])
        guard let source = members[0] else { throw block.mistyped("an object with a source") }
        let path = block.path + ".source"
        let found = try Field(value: source, path: path)
            .scan(["type", "media_type", "data", "url", "content"])
        let title = members[1]?.kind == .string ? members[1] : nil
        switch found[0]?.string {
        case "base64":
            guard let data = found[2]?.text else {
                throw Field(value: source, path: path).mistyped("an object with data")
            }
            let type = found[1]?.string ?? "application/pdf"
            let file = Turn.File(source: .data(mediaType: type, base64: data), name: title)
            conversation.note(file, isResult: isResult, at: block.path)
            return [.file(file)]
        case "text":
            guard let text = found[2] else {
                throw Field(value: source, path: path).mistyped("an object with data")
            }
            let data = try Field(value: text, path: path + ".data").string()
            return [.file(Turn.File(source: .text(data), name: title))]
        case "url":
            guard let url = found[3] else {
                throw Field(value: source, path: path).mistyped("an object with a url")
            }
            let address = try Field(value: url, path: path + ".url").string()
            let file = Turn.File(source: .url(address), name: title)
            conversation.note(file, isResult: isResult, at: block.path)
            return [.file(file)]
        case "content":
            guard let content = found[4] else { return [] }
            let parts = try readContent(
                Field(value: content, path: path + ".content"),
                isResult: isResult
            )
            return [title.map(Turn.Part.text)].compactMap(\.self) + parts
        default:
            conversation.note(isResult ? .foreign : .fileReference, at: path)
            return [.note("[document \(title?.string ?? "")]")]
        }
    }

    /// What only Anthropic has, as text: results of a search, names of tools that were found, calls of
    /// tools that ran at Anthropic; of anything else its text, or that it was there.
    mutating func readOtherBlock(_ block: Field, type: String?, text: JSONSlice?) -> [Turn.Part] {
        func member(_ name: String) -> JSONSlice? {
            block.value.members.first { $0.name.isString(name) }?.value
        }
        if type != "tool_reference", type != "search_result" {
            conversation.note(.foreign, at: block.path)
        }
        switch type {
        case "tool_reference":
            return [.note("The tool \(member("tool_name")?.string ?? "") is available.")]
        case "search_result":
            let head = [member("title"), member("source")].compactMap { $0?.string }
            return [.note(head.joined(separator: "\n"))] + Self.texts(in: member("content"))
        case "server_tool_use", "mcp_tool_use":
            let input = member("input").map { " with " + String(decoding: $0.raw, as: UTF8.self) }
            return [.note("[called \(member("name")?.string ?? "a tool")\(input ?? "")]")]
        default:
            let texts = Self.texts(in: member("content"))
            if let text, text.kind == .string { return [.text(text)] }
            return texts.isEmpty ? [.note("[\(type ?? "part") left out]")] : texts
        }
    }

    /// The texts, and titles and addresses, somewhere in the content of such a block.
    private static func texts(in content: JSONSlice?) -> [Turn.Part] {
        guard let content else { return [] }
        if content.kind == .string { return [.text(content)] }
        var parts: [Turn.Part] = []
        for element in content.kind == .array ? Array(content.elements) : [content] {
            for member in element.members
            where ["text", "title", "url", "stdout", "stderr"].contains(member.name.string) {
                if member.value.kind == .string, !member.value.isBlankString {
                    parts.append(.text(member.value))
                }
            }
        }
        return parts
    }
}
