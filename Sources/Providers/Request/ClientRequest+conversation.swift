import Events
import JSONBytes

extension ClientRequest {
    /// The most bytes that a conversation is told by, and the messages that are looked at.
    private static let conversationLimit = (bytes: 2_048, messages: 8)

    /// How the conversation begins, which every later request of it repeats: the text of its first
    /// message of the user, as written in JSON, up to 2 KiB; and whether an answer stands behind it.
    ///
    /// The text alone, since clients move other members of a message (`cache_control`) with each turn.
    /// `nil` where none of the first eight messages is the user's, or it has no text.
    public var conversationStart: (text: [UInt8], isAnswered: Bool)? {
        let list =
            root.first("messages") ?? (family == .gemini ? root.first("contents") : nil)
            ?? (api.isResponses ? root.first("input") : nil)
        guard let messages = list, messages.kind == .array else { return nil }
        var text: [UInt8] = []
        var count = 0
        for message in messages.elements {
            let isUser = message.first("role")?.isString("user") == true
            if !text.isEmpty { return (text, !isUser) }
            if isUser { text = Self.text(of: message) }
            count += 1
            if text.isEmpty, isUser || count == Self.conversationLimit.messages { return nil }
        }
        return text.isEmpty ? nil : (text, false)
    }

    /// Whether the conversation holds an answer already: a message of the assistant's, or in OpenAI's
    /// Responses an item that a model wrote, or a response that this one goes on from.
    public var isAnswered: Bool {
        if let previous = root.first("previous_response_id"), !previous.isNull { return true }
        let list = root.first("messages") ?? root.first("input") ?? root.first("contents")
        guard let turns = list, turns.kind == .array else { return false }
        return turns.elements.contains { turn in
            if let role = turn.first("role") {
                return role.isString("assistant") || role.isString("model")
            }
            guard let type = turn.first("type") else { return false }
            return Self.writtenItems.contains { type.isString($0) }
        }
    }

    /// The types of Responses' items without a role that a model wrote.
    private static let writtenItems = [
        "function_call", "custom_tool_call", "reasoning", "local_shell_call", "web_search_call",
        "tool_search_call", "computer_call", "compaction",
    ]

    /// OpenAI's own field for requests that share a cache.
    public var promptCacheKey: String? {
        family == .openai ? root.first("prompt_cache_key")?.string : nil
    }

    private static func text(of message: JSONSlice) -> [UInt8] {
        guard let content = message.first("content") ?? message.first("parts") else { return [] }
        if let text = content.rawText { return Array(text.prefix(conversationLimit.bytes)) }
        guard content.kind == .array else { return [] }
        var bytes: [UInt8] = []
        for part in content.elements where bytes.count < conversationLimit.bytes {
            guard let text = part.first("text")?.rawText else { continue }
            bytes += text.prefix(conversationLimit.bytes - bytes.count)
        }
        return bytes
    }
}

extension JSONSlice {
    /// The first member with a name; `nil` in what is no object.
    ///
    /// Duplicates of what decides were refused when the request was read.
    fileprivate func first(_ name: String) -> JSONSlice? {
        guard kind == .object else { return nil }
        var members = members
        while let member = members.next() {
            if member.name.isString(name) { return member.value }
        }
        return nil
    }
}
