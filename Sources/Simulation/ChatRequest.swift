import Events

/// What a simulated provider looks at in a chat completion request; all else is ignored.
struct ChatRequest: Decodable {
    var model: String
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var maxTokens: Double?
    var maxCompletionTokens: Double?
    var tools: [Tool]?
    var toolChoice: JSONValue?
    var responseFormat: JSONValue?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream, tools
        case streamOptions = "stream_options"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case toolChoice = "tool_choice"
        case responseFormat = "response_format"
    }

    struct StreamOptions: Decodable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    /// A tool; only functions can be called.
    struct Tool: Decodable {
        var function: Function?

        struct Function: Decodable {
            var name: String
            var parameters: JSONValue?
        }
    }

    struct Message: Decodable {
        var role: String
        var text: String

        enum CodingKeys: CodingKey {
            case role, content
        }

        private struct Part: Decodable {
            var text: String?
        }

        init(role: String, text: String) {
            self.role = role
            self.text = text
        }

        /// Content is a text, a list of parts of which the texts count, or nothing.
        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            role = try fields.decode(String.self, forKey: .role)
            if try !fields.contains(.content) || fields.decodeNil(forKey: .content) {
                text = ""
                return
            }
            do {
                text = try fields.decode(String.self, forKey: .content)
            } catch DecodingError.typeMismatch {
                let parts = try fields.decode([Part].self, forKey: .content)
                text = parts.compactMap(\.text).joined(separator: "\n")
            }
        }
    }

    /// The longest answer that is allowed, if the request says.
    ///
    /// A negative one is none.
    var outputLimit: Int? {
        (maxCompletionTokens ?? maxTokens).flatMap { $0 >= 0 ? Int(exactly: $0.rounded()) : nil }
    }

    /// The text of the last message of the user.
    var prompt: String { messages.last { $0.role == "user" }?.text ?? "" }

    /// The prompt's tokens by the rule of thumb of four bytes each, and four for each message.
    var promptTokens: Int {
        messages.reduce(0) { $0 + 4 + TokenEstimate.tokens(ofBytes: $1.text.utf8.count) }
    }

    /// The function to call: the one that the request insists on; the first of those that it allows,
    /// where one must be called or a user speaks.
    var functionToCall: Tool.Function? {
        let functions = tools?.compactMap(\.function) ?? []
        let mode = toolChoice?["allowed_tools"]?["mode"]?.text ?? toolChoice?.text
        guard mode != "none" else { return nil }
        if let insisted = toolChoice?["function"]?["name"]?.text {
            return functions.first { $0.name == insisted } ?? functions.first
        }
        guard mode == "required" || messages.last?.role == "user" else { return nil }
        let allowed = toolChoice?["allowed_tools"]?["tools"]?.items
            .compactMap { $0["function"]?["name"]?.text ?? $0["name"]?.text }
        return functions.first { allowed?.contains($0.name) ?? true }
    }

    /// The JSON that the answer must be: an instance of the schema of `response_format`, or any object;
    /// `nil` where it may be text.
    var structuredAnswer: String? {
        switch responseFormat?["type"]?.text {
        case "json_schema":
            SchemaInstance(of: responseFormat?["json_schema"]?["schema"] ?? .object([:])).text
        case "json_object": #"{"answer":"simulated"}"#
        default: nil
        }
    }
}
