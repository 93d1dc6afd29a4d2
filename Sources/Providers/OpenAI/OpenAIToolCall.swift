import JSONBytes

/// A tool's call as OpenAI's chats write it, whole or the pieces of a stream.
///
/// Gemini's signature goes with it where Google's compatible API has it ("Thought signatures", November
/// 2026), so that a client which keeps a call as it came sends it back.
enum OpenAIToolCall {
    /// Writes what comes after the id: the kind, the name and the arguments, or the text of a custom tool.
    static func write(
        _ start: ToolCallStart,
        arguments: [JSONSlice],
        to call: inout JSONWriter
    ) {
        let kind = start.isCustom ? "custom" : "function"
        call.member("type", kind)
        call.object(kind) { inner in
            inner.name("name")
            inner.write(joined: [start.name].compactMap(\.self), separator: "")
            inner.name(start.isCustom ? "input" : "arguments")
            inner.write(joined: arguments, separator: "")
        }
        guard let signature = start.signature else { return }
        call.object("extra_content") { extra in
            extra.object("google") { $0.member("thought_signature", signature) }
        }
    }

    /// Writes a piece of the arguments.
    static func write(_ piece: JSONSlice, isCustom: Bool, to call: inout JSONWriter) {
        call.object(isCustom ? "custom" : "function") { inner in
            inner.member(isCustom ? "input" : "arguments", piece)
        }
    }
}
