public import Events
public import JSONBytes

/// What Ollama's `/api/show`, `/api/tags` and `/api/ps` tell of a model, for one that no Ollama serves.
public struct OllamaModelDetails: Sendable {
    private let name: String
    private let contextWindow: Int?
    private let capabilities: Capabilities?
    private let file: ListedModel
    private let listed: Timestamp

    /// What is known of a model.
    ///
    /// - Parameters:
    ///   - name: the name that the client asks for.
    ///   - contextWindow: in tokens; `nil` when unknown.
    ///   - capabilities: what it can do; `nil` when unknown.
    ///   - file: what its server tells of it.
    ///   - listed: when it was listed.
    public init(
        name: String,
        contextWindow: Int?,
        capabilities: Capabilities?,
        file: ListedModel,
        listed: Timestamp
    ) {
        self.name = name
        self.contextWindow = contextWindow
        self.capabilities = capabilities
        self.file = file
        self.listed = listed
    }

    /// The answer to `/api/show`.
    public var body: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { root in
            for name in ["license", "modelfile", "parameters", "template"] { root.member(name, "") }
            root.object("details") { Self.writeDetails(file, to: &$0) }
            root.object("model_info") { info in
                info.member("general.architecture", Self.architecture)
                info.member("general.basename", name)
                info.member("\(Self.architecture).context_length", ifPresent: contextWindow)
            }
            root.member("capabilities", words)
            root.member("modified_at", (file.modified ?? listed).description)
        }
        return writer.bytes
    }

    /// The prefix under which clients look for a model's numbers in `model_info`.
    private static let architecture = "logway"

    /// Ollama's words for what a model can do (its docs/api.md, "Show Model Information").
    ///
    /// A model of which nothing is known is said to do everything but embed: a client that asks first
    /// would not try it otherwise, and what it can't do its provider says.
    private var words: [String] {
        guard let capabilities else { return ["completion", "tools", "vision", "thinking"] }
        if capabilities.contains(.embeddings) { return ["embedding"] }
        let words: [(Capabilities, String)] = [
            (.tools, "tools"), (.vision, "vision"), (.reasoning, "thinking"),
        ]
        return ["completion"] + words.filter { capabilities.contains($0.0) }.map(\.1)
    }

    /// A model that another server than an Ollama has loaded, as `/api/ps` tells of it.
    ///
    /// - Parameters:
    ///   - file: the model, with a digest and a size.
    ///   - expires: until when it is said to stay, which nobody knows.
    ///   - models: where it is written.
    public static func writeRunning(
        _ file: ListedModel,
        expires: Timestamp,
        to models: inout JSONWriter
    ) {
        models.object { line in
            line.member("name", file.name)
            line.member("model", file.name)
            line.member("size", file.sizeBytes ?? 0)
            line.member("digest", file.digest ?? "")
            line.object("details") { writeDetails(file, to: &$0) }
            line.member("expires_at", expires.description)
            line.member("size_vram", file.sizeBytes ?? 0)
            line.member("context_length", ifPresent: file.loadedContext)
        }
    }

    /// The members about a model's file in a list.
    static func writeFile(_ file: ListedModel?, listed: Timestamp, to line: inout JSONWriter) {
        line.member("modified_at", (file?.modified ?? listed).description)
        line.member("size", file?.sizeBytes ?? 0)
        line.member("digest", file?.digest ?? "")
        line.object("details") { writeDetails(file, to: &$0) }
    }

    /// The members of `details`; what is not known is empty, since clients with types demand them.
    private static func writeDetails(_ file: ListedModel?, to details: inout JSONWriter) {
        details.member("parent_model", "")
        details.member("format", file?.format ?? "")
        details.member("family", file?.family ?? "")
        details.member("families", [file?.family].compactMap(\.self))
        details.member("parameter_size", file?.parameterSize ?? "")
        details.member("quantization_level", file?.quantization ?? "")
    }
}
