/// What a server of the user's own tells of one of its models.
public struct ListedModel: FieldRecord {
    /// The model, as the server names it.
    public var name: String = ""
    /// Whether it is in memory, so that an answer does not wait for it; absent where nobody knows.
    public var isLoaded: Bool?
    /// The most tokens of context that it can take.
    public var contextWindow: Int?
    /// The tokens of context that it was loaded with; absent while it is not loaded.
    public var loadedContext: Int?
    /// The server's word for what it is: LM Studio's `llm`, `vlm` and `embeddings`.
    public var kind: String?
    /// An Ollama's digest of it: 64 hexadecimal digits, by which clients tell models apart.
    public var digest: String?
    /// The bytes of its file.
    public var sizeBytes: Int?
    /// When its file was made or changed.
    public var modified: Timestamp?
    /// The file's form, such as `gguf`.
    public var format: String?
    /// The kind of model, such as `llama`.
    public var family: String?
    /// How many parameters it has, in the server's words, such as `8.0B`.
    public var parameterSize: String?
    /// How its numbers are packed, such as `Q4_K_M`.
    public var quantization: String?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "loaded", &isLoaded)
        visitor.field(3, "context_tokens", &contextWindow)
        visitor.field(4, "loaded_context_tokens", &loadedContext)
        visitor.field(5, "kind", &kind)
        visitor.field(6, "digest", &digest)
        visitor.field(7, "size_bytes", &sizeBytes)
        visitor.field(8, "modified", &modified)
        visitor.field(9, "format", &format)
        visitor.field(10, "family", &family)
        visitor.field(11, "parameter_size", &parameterSize)
        visitor.field(12, "quantization", &quantization)
    }
}
