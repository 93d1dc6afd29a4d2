/// What the client told the router of a request besides the request itself, by header or metadata.
///
/// The task, the tenant and the labels are fields of the request of their own.
public struct RequestHints: FieldRecord {
    /// How much it asks of a model, in the client's own judgement.
    public var complexity: Complexity?
    /// The most that an attempt may be predicted to cost.
    public var maxCost: Nanodollars?
    /// How long the answer may take, in microseconds: slower candidates come last.
    public var maxLatencyMicroseconds: Int?
    /// Whether it must not leave the machine.
    public var isLocalOnly: Bool = false
    /// What the model must be able to do, besides what the request itself shows.
    public var required: Capabilities = []

    /// No hint.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "complexity", &complexity)
        visitor.field(2, "max_cost_nanodollars", &maxCost)
        visitor.field(3, "max_latency_us", &maxLatencyMicroseconds)
        visitor.field(4, "local_only", &isLocalOnly)
        visitor.field(5, "required", &required)
    }
}
