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

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "loaded", &isLoaded)
        visitor.field(3, "context_tokens", &contextWindow)
        visitor.field(4, "loaded_context_tokens", &loadedContext)
        visitor.field(5, "kind", &kind)
    }
}
