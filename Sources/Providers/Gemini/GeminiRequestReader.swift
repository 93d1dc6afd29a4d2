import Events
import JSONBytes

/// Reads requests to Gemini's `:generateContent` into a `Conversation`.
///
/// Source: Google's API reference, "generateContent" (`Content`, `Part`, `GenerationConfig`) and
/// "Caching" (`Tool`, `ToolConfig`), November 2026.
struct GeminiRequestReader: ConversationReader {
    var conversation = Conversation()
    /// Calls that wait for their results, most of which have no ids of their own.
    var open = OpenCalls()
    var callCount = 0
    /// What was thought in the content that is read.
    var reasoning: [JSONSlice] = []

    private static let keys: GeminiKeys = [
        "contents", "systemInstruction", "tools", "toolConfig", "generationConfig",
    ]

    /// The conversation in a request's body; whether it is streamed is in the address.
    static func read(_ root: JSONSlice, streamed: Bool) throws(RequestError) -> Conversation {
        var reader = GeminiRequestReader()
        let body = Field(value: root, path: "")
        let found = try keys.scan(body)
        reader.check(
            body,
            read: [
                "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model",
            ],
            // What is kept at Google is a part of the prompt that nobody else has.
            demands: ["cachedContent"]
        )
        reader.conversation.streamed = streamed
        if let system = found[1] { try reader.readSystem(system) }
        for tool in try found[2]?.listed() ?? [] { try reader.readTool(tool) }
        if let config = found[4] { try reader.readConfig(config) }
        if let config = found[3] { try reader.readToolConfig(config) }
        let contents = try found[0]?.listed() ?? []
        try reader.readContents(contents)
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// Notes the members of an object that are left out (all but `read`), and those that no other
    /// family can be told.
    mutating func check(_ object: Field, read: Set<String>, demands: Set<String> = []) {
        for member in object.value.members where !member.value.isNull {
            let written = member.name.string ?? ""
            let name = GeminiKeys.spelled(written)
            if read.contains(name) { continue }
            conversation.note(
                demands.contains(name) ? .demand : .foreign,
                at: object.path.isEmpty ? written : object.path + "." + written
            )
        }
    }

    private mutating func readSystem(_ system: Field) throws(RequestError) {
        if system.value.kind == .string {
            conversation.system = [.text(system.value)]
            return
        }
        let parts = try system.scan(["parts"])[0]
        guard let parts else { return }
        for part in try Field(value: parts, path: system.path + ".parts").listed() {
            if let text = try part.scan(["text"])[0], text.kind == .string {
                conversation.system.append(.text(text))
            } else {
                conversation.note(.foreign, at: part.path)
            }
        }
    }
}
