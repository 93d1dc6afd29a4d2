import JSONBytes

/// One turn of a conversation; the results of tools are part of the user's.
struct Turn {
    enum Role {
        /// A system prompt between other turns, which only some families have.
        case system
        case user
        case assistant
    }

    enum Part {
        case text(JSONSlice)
        case image(Image)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
    }

    enum Image {
        /// Base64 and its media type.
        case data(mediaType: String, base64: ArraySlice<UInt8>)
        /// An address, a string.
        case url(JSONSlice)
    }

    struct ToolCall {
        var id: JSONSlice
        var name: JSONSlice
        /// The arguments, an object.
        var arguments: JSONSlice
    }

    struct ToolResult {
        var id: JSONSlice
        var parts: [Part]
    }

    var role: Role
    var parts: [Part]
    /// The path of the field that it was read from.
    var path: String
    /// What the assistant thought before it, in pieces; each a string.
    var reasoning: [JSONSlice] = []
}

extension [Turn.Part] {
    /// The pieces of text, each a string.
    var texts: [JSONSlice] {
        compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
    }

    var images: [Turn.Image] {
        compactMap { part in
            if case .image(let image) = part { image } else { nil }
        }
    }

    var toolCalls: [Turn.ToolCall] {
        compactMap { part in
            if case .toolCall(let call) = part { call } else { nil }
        }
    }

    var toolResults: [Turn.ToolResult] {
        compactMap { part in
            if case .toolResult(let result) = part { result } else { nil }
        }
    }
}
