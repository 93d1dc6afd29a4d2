/// A provider told which models it has.
public struct ModelsListed: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The models, as the provider names them, sorted.
    public var models: [String] = []
    /// What a server of the user's own tells of them, sorted by name; empty where it tells nothing.
    public var details: [ListedModel] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "models", &models)
        visitor.field(3, "details", &details)
    }
}
