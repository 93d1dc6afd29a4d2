import JSONBytes

/// One turn of a conversation; the results of tools are part of the user's.
struct Turn: Sendable {
    enum Role {
        /// A system prompt between other turns, which only some families have.
        case system
        case user
        case assistant
    }

    /// A piece of a turn, and what its client said of the provider's prompt cache there.
    struct Part: Sendable {
        enum Content {
            case text(JSONSlice)
            case image(Image)
            case file(File)
            case toolCall(ToolCall)
            case toolResult(ToolResult)
        }

        var content: Content
        /// Anthropic's `cache_control`, an object: the prompt is kept up to here.
        ///
        /// Clients of OpenAI's form say it too, in the same words.
        var cacheControl: JSONSlice?

        static func text(_ text: JSONSlice) -> Part { Part(content: .text(text)) }
        static func image(_ image: Image) -> Part { Part(content: .image(image)) }
        static func file(_ file: File) -> Part { Part(content: .file(file)) }
        static func toolCall(_ call: ToolCall) -> Part { Part(content: .toolCall(call)) }
        static func toolResult(_ result: ToolResult) -> Part {
            Part(content: .toolResult(result))
        }
    }

    enum Image {
        /// Base64 and its media type.
        case data(mediaType: String, base64: ArraySlice<UInt8>)
        /// An address, a string.
        case url(JSONSlice)
    }

    /// A document or a recording.
    struct File {
        enum Source {
            /// Base64 and its media type.
            case data(mediaType: String, base64: ArraySlice<UInt8>)
            /// Plain text, a string.
            case text(JSONSlice)
            /// An address, a string.
            case url(JSONSlice)
        }

        var source: Source
        /// What it is called, a string.
        var name: JSONSlice?
    }

    struct ToolCall {
        var id: JSONSlice
        var name: JSONSlice
        /// The group of tools that it is of, a string; OpenAI's responses have such groups.
        var namespace: JSONSlice?
        /// The arguments, an object.
        var arguments: JSONSlice
        /// The signature of the thinking that led to it, a string: Gemini wants it back with the call.
        var signature: JSONSlice?
    }

    struct ToolResult: Sendable {
        var id: JSONSlice
        var parts: [Part]
        /// Whether it says that the call failed.
        var isError = false
        /// The name of the tool, a string, and its group, for families that know results by it; known
        /// once the result has been paired with its call.
        var name: JSONSlice?
        var namespace: JSONSlice?
    }

    var role: Role
    var parts: [Part]
    /// The path of the field that it was read from.
    var path: String
    /// What the assistant thought before it, in pieces; each a string.
    var reasoning: [JSONSlice] = []
}

extension Turn.Part {
    var text: JSONSlice? {
        if case .text(let text) = content { text } else { nil }
    }

    var image: Turn.Image? {
        if case .image(let image) = content { image } else { nil }
    }

    var file: Turn.File? {
        if case .file(let file) = content { file } else { nil }
    }

    var toolCall: Turn.ToolCall? {
        if case .toolCall(let call) = content { call } else { nil }
    }

    var toolResult: Turn.ToolResult? {
        if case .toolResult(let result) = content { result } else { nil }
    }
}

extension [Turn.Part] {
    /// The pieces of text, each a string.
    var texts: [JSONSlice] { compactMap(\.text) }
    var images: [Turn.Image] { compactMap(\.image) }
    var files: [Turn.File] { compactMap(\.file) }
    var toolCalls: [Turn.ToolCall] { compactMap(\.toolCall) }
    var toolResults: [Turn.ToolResult] { compactMap(\.toolResult) }
}
