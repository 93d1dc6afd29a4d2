public import Events
public import JSONBytes

/// What Ollama's `/api/show` tells of a model, for one that no Ollama serves.
public struct OllamaModelDetails: Sendable {
    private let contextWindow: Int?
    private let capabilities: Capabilities?

    /// What is known of a model.
    ///
    /// - Parameters:
    ///   - contextWindow: in tokens; `nil` when unknown.
    ///   - capabilities: what it can do; `nil` when unknown.
    public init(contextWindow: Int?, capabilities: Capabilities?) {
        self.contextWindow = contextWindow
        self.capabilities = capabilities
    }

    /// The answer to `/api/show`.
    ///
    /// A model of which nothing is known is said to complete: a client that asks first would not
    /// use it otherwise.
    public var body: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { root in
            root.member("modelfile", "")
            root.member("parameters", "")
            root.member("template", "")
            root.object("details") { Self.write(to: &$0) }
            root.object("model_info") { info in
                info.member("general.architecture", "logway")
                info.member("logway.context_length", ifPresent: contextWindow)
            }
            root.member("capabilities", names)
        }
        return writer.bytes
    }

    /// Ollama's words for what a model can do (its docs/api.md, "Show Model Information").
    private var names: [String] {
        guard let capabilities else { return ["completion"] }
        if capabilities.contains(.embeddings) { return ["embedding"] }
        let words: [(Capabilities, String)] = [
            (.tools, "tools"), (.vision, "vision"), (.reasoning, "thinking"),
        ]
        return ["completion"] + words.filter { capabilities.contains($0.0) }.map(\.1)
    }

    /// A model that another server than an Ollama has loaded, as `/api/ps` tells of it.
    public static func writeRunning(_ model: ListedModel, to models: inout JSONWriter) {
        models.object { line in
            line.member("name", model.name)
            line.member("model", model.name)
            // Nobody knows them here, but clients with types demand them.
            line.member("size", 0)
            line.member("digest", "")
            line.object("details") { write(to: &$0) }
            line.member("size_vram", 0)
            line.member("context_length", ifPresent: model.loadedContext)
        }
    }

    /// The members of `details`, which are about files that are not there.
    static func write(to details: inout JSONWriter) {
        for name in ["parent_model", "format", "family"] { details.member(name, "") }
        details.array("families") { _ in }
        for name in ["parameter_size", "quantization_level"] { details.member(name, "") }
    }
}
