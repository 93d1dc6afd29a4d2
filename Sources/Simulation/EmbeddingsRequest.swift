import Events

/// What a simulated provider looks at in a request for embeddings; all else is ignored.
struct EmbeddingsRequest: Decodable {
    var model: String
    /// The inputs as texts; tokens become their numbers.
    var texts: [String]
    var dimensions: Int?
    var isBase64: Bool

    enum CodingKeys: String, CodingKey {
        case model, input, dimensions
        case format = "encoding_format"
    }

    /// Input is a text, a list of texts, a list of tokens or a list of such lists.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        model = try fields.decode(String.self, forKey: .model)
        dimensions = try fields.decodeIfPresent(Int.self, forKey: .dimensions)
        isBase64 = try fields.decodeIfPresent(String.self, forKey: .format) == "base64"
        let input = try fields.decode(JSONValue.self, forKey: .input)
        if let text = input.text {
            texts = [text]
        } else if case .number? = input.items.first {
            texts = [Self.text(ofTokens: input)]
        } else {
            texts = input.items.map { $0.text ?? Self.text(ofTokens: $0) }
        }
    }

    private static func text(ofTokens list: JSONValue) -> String {
        list.items.map { item in
            if case .number(let number) = item { String(Int(number)) } else { "" }
        }.joined(separator: " ")
    }

    /// The tokens by the rule of thumb of four bytes each.
    var tokens: Int {
        texts.reduce(0) { $0 + max(1, TokenEstimate.tokens(ofBytes: $1.utf8.count)) }
    }
}
