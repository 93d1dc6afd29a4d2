/// What a simulated provider looks at in a chat completion request; all else is ignored.
struct ChatRequest: Decodable {
    var model: String
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var tools: [Tool]?
    var toolChoice: JSONValue?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream, tools
        case streamOptions = "stream_options"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case toolChoice = "tool_choice"
    }

    struct StreamOptions: Decodable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    struct Tool: Decodable {
        var function: Function

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
    var outputLimit: Int? { maxCompletionTokens ?? maxTokens }

    /// The text of the last message of the user.
    var prompt: String { messages.last { $0.role == "user" }?.text ?? "" }

    /// The prompt's tokens by the rule of thumb of four bytes each, and four for each message.
    var promptTokens: Int {
        messages.reduce(0) { $0 + 4 + ($1.text.utf8.count + 3) / 4 }
    }

    /// The tool to call: the one that the request insists on, else the first, if a user speaks.
    var toolToCall: Tool? {
        guard messages.last?.role == "user", let tools, toolChoice?.text != "none" else {
            return nil
        }
        let insisted = toolChoice?["function"]?["name"]?.text
        return tools.first { $0.function.name == insisted } ?? tools.first
    }
}
