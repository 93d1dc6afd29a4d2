/// Who holds what a request goes on from: the provider and the lane that gave an earlier response.
public struct ResponseHolder: FieldRecord {
    /// The provider's configured name; empty where nobody knows, and only those who have OpenAI's
    /// responses can tell.
    public var provider: String = ""
    /// The provider's lane.
    public var key: Int = 0
    /// Whether nobody else can answer: the conversation so far is kept there alone.
    public var isOnly: Bool = false
    /// The field that names what is held; absent for `previous_response_id`.
    public var field: String?

    /// A record with every field empty.
    public init() {}

    /// A holder from its parts.
    public init(provider: String, key: Int, isOnly: Bool = false) {
        self.provider = provider
        self.key = key
        self.isOnly = isOnly
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "key", &key)
        visitor.field(3, "only", &isOnly)
        visitor.field(4, "field", &field)
    }
}
