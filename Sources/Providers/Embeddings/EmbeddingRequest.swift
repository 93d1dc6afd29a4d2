import Events
import JSONBytes

/// A request for embeddings without its family.
///
/// Sources: OpenAI's API reference, "Create embeddings"; Ollama's docs/api.md, "Generate Embeddings"
/// and "Generate Embedding".
struct EmbeddingRequest {
    /// The texts, each a string, or an array of token numbers.
    var inputs: [JSONSlice] = []
    /// How long the vectors shall be.
    var dimensions: JSONSlice?
    /// Whether the vectors shall come as base64 of 32-bit floats, lowest byte first.
    var wantsBase64 = false
    /// Whether a text that is too long is cut instead of refused; `nil` where the client left it to
    /// its API.
    var truncates: JSONSlice?
    var endUser: JSONSlice?
    /// What may not survive a translation.
    var findings: [Conversation.Finding] = []

    private static let openAIKeys: JSONKeys = [
        "input", "dimensions", "encoding_format", "user",
    ]
    private static let ollamaKeys: JSONKeys = [
        "input", "prompt", "dimensions", "truncate", "options",
    ]

    /// The request in a body.
    static func read(_ root: JSONSlice, api: ClientAPI) throws(RequestError) -> EmbeddingRequest {
        switch api {
        case .embedContent, .batchEmbedContents: try readGemini(root, api: api)
        case .embeddings: try readOpenAI(root)
        default: try readOllama(root)
        }
    }

    private static func readOpenAI(_ root: JSONSlice) throws(RequestError) -> EmbeddingRequest {
        var request = EmbeddingRequest()
        FieldTranslation.openAIEmbeddings.check(root, path: "", into: &request.findings)
        let found = try Field(value: root, path: "").scan(openAIKeys)
        request.inputs = try inputs(found[0])
        if request.inputs.contains(where: { $0.kind == .array }) {
            request.findings.append(Conversation.Finding(feature: .tokenInput, path: "input"))
        }
        request.dimensions = try found[1].map(number)
        if let format = found[2] {
            switch format.string {
            case "float": break
            case "base64": request.wantsBase64 = true
            default:
                throw Field(value: format, path: "encoding_format").mistyped("float or base64")
            }
        }
        if let user = found[3] {
            request.endUser = try Field(value: user, path: "user").string()
            request.findings.append(Conversation.Finding(feature: .endUser, path: "user"))
        }
        // Its own API refuses a text that is too long; one that cuts it would not say so.
        request.truncates = JSONSlice.false
        return request
    }

    private static func readOllama(_ root: JSONSlice) throws(RequestError) -> EmbeddingRequest {
        var request = EmbeddingRequest()
        FieldTranslation.ollamaEmbeddings.check(root, path: "", into: &request.findings)
        let found = try Field(value: root, path: "").scan(ollamaKeys)
        request.inputs = try inputs(found[0] ?? found[1])
        request.dimensions = try found[2].map(number)
        request.truncates = found[3]
        // They say how a model is loaded and run, and some clients name all that there are, as null.
        let options = found[4].map { Array($0.members) } ?? []
        for option in options where !option.value.isNull {
            let path = "options." + (option.name.string ?? "")
            request.findings.append(Conversation.Finding(feature: .hint, path: path))
        }
        if found[3] != nil {
            // Ollama cuts a text that is too long; others refuse it, or cut it without being asked.
            request.findings.append(Conversation.Finding(feature: .hint, path: "truncate"))
        }
        return request
    }

    private static func number(_ value: JSONSlice) throws(RequestError) -> JSONSlice {
        _ = try Field(value: value, path: "dimensions").count()
        return value
    }

    /// The single inputs: of one text, of several, or of their tokens.
    static func inputs(_ value: JSONSlice?) throws(RequestError) -> [JSONSlice] {
        guard let value else { return [] }
        if value.kind == .string { return [value] }
        let elements = try Field(value: value, path: "input").elements().map(\.value)
        if !elements.isEmpty, elements.allSatisfy({ $0.kind == .number }) { return [value] }
        let isEven = elements.allSatisfy { element in
            element.kind == .string
                || element.kind == .array && element.elements.allSatisfy { $0.kind == .number }
        }
        guard isEven else {
            throw Field(value: value, path: "input")
                .mistyped("a string, tokens, or an array of either")
        }
        return elements
    }

    /// The body for a provider of another family.
    func body(for family: WireFamily, model: String) -> [UInt8] {
        if family == .gemini { return geminiBody(model: model) }
        var writer = JSONWriter(capacity: 1_024)
        writer.object { root in
            root.member("model", model)
            root.array("input") { array in inputs.forEach { array.write($0) } }
            root.member("dimensions", ifPresent: dimensions)
            if family == .ollama {
                root.member("truncate", ifPresent: truncates)
            } else {
                root.member("encoding_format", "float")
                root.member("user", ifPresent: endUser)
            }
        }
        return writer.bytes
    }
}

extension EmbeddingRequest {
    /// The body for `batchEmbedContents`, which takes each text as a request of its own (Google's API
    /// reference, "Embeddings", November 2026).
    private func geminiBody(model: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { root in
            root.array("requests") { requests in
                for input in inputs {
                    requests.object { request in
                        request.member("model", GeminiModelName.resource(of: model))
                        request.object("content") { content in
                            content.array("parts") { $0.object { $0.member("text", input) } }
                        }
                        request.member("outputDimensionality", ifPresent: dimensions)
                    }
                }
            }
        }
        return writer.bytes
    }
}

extension JSONSlice {
    /// `false`.
    fileprivate static var `false`: JSONSlice {
        var writer = JSONWriter(capacity: 5)
        writer.write(false)
        return JSONSlice(written: writer)
    }
}

extension WireFamily {
    /// Whether its providers give embeddings by an API that Logway speaks.
    var embeds: Bool {
        switch self {
        case .openai, .ollama, .gemini: true
        case .anthropic: false
        }
    }
}
