/// Which conversation a request is of, without its text.
public struct ConversationMark: FieldRecord {
    /// A keyed hash of how the conversation begins, or of the client's cache key; the key is not in
    /// the log, so it can't be told which text it is of.
    public var fingerprint: UInt64 = 0
    /// Whether it was answered before: the request holds an earlier answer, or names a cache key.
    public var isFollowUp: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "fingerprint", &fingerprint)
        visitor.field(2, "follow_up", &isFollowUp)
    }
}

/// Who answered the conversation of a request last, and whether it goes there again.
public struct RouteAffinity: FieldRecord {
    /// The conversation's fingerprint.
    public var conversation: UInt64 = 0
    /// The provider that answered it last; absent where nobody did lately.
    public var provider: String?
    /// The model that did.
    public var model: String?
    /// The provider's lane.
    public var key: Int = 0
    /// Whether the request goes there again.
    public var isKept: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "conversation", &conversation)
        visitor.field(2, "provider", &provider)
        visitor.field(3, "model", &model)
        visitor.field(4, "key", &key)
        visitor.field(5, "kept", &isKept)
    }
}
