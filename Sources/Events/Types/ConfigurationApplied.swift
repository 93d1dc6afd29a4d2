/// A configuration came into force.
public struct ConfigurationApplied: FieldRecord {
    /// The file it was read from, or how else it came about.
    public var source: String = ""
    /// The settings in force in a canonical form, without secrets.
    public var summary: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "source", &source)
        visitor.field(2, "summary", &summary)
    }
}
