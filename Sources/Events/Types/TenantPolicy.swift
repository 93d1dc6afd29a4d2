/// What a tenant may use.
public struct TenantPolicy: FieldRecord {
    /// The tenant's name; `*` for every one without a rule of its own, and for requests without one.
    public static let everyone = "*"

    /// The tenant's name, or `*`.
    public var name: String = ""
    /// What it may use: models by name, at any provider; `provider:model`; or providers by name.
    public var allowedModels: [String] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "allowed_models", &allowedModels)
    }
}
