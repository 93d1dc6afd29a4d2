/// What every candidate of a decision must fulfil, now and on failover.
///
/// It is in the decision, so that the next candidate is held to what the first one was.
public struct RouteRequirements: FieldRecord {
    /// What the model must be able to do.
    public var needs: Capabilities = []
    /// Tokens of the prompt and of the output limit, which must fit a context window together.
    public var contextTokens: Int = 0
    /// Tokens of the output limit; absent when the client set none.
    public var outputTokens: Int?
    /// The prompt's estimated tokens.
    public var inputTokens: Int = 0
    /// The most that an attempt may be predicted to cost.
    public var maxCost: Nanodollars?
    /// Whether only providers on this machine may answer.
    public var isLocalOnly: Bool = false
    /// Whether only models that are known to cost nothing may answer.
    public var isFreeOnly: Bool = false
    /// How long the answer may take, in microseconds.
    public var maxLatencyMicroseconds: Int?
    /// Whose rule on models holds: the tenant's name, or `*`; absent without one.
    public var tenantRule: String?
    /// What the model is asked to do; absent for an answer.
    public var operation: RequestOperation?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "needs", &needs)
        visitor.field(2, "context_tokens", &contextTokens)
        visitor.field(3, "output_tokens", &outputTokens)
        visitor.field(4, "input_tokens", &inputTokens)
        visitor.field(5, "max_cost_nanodollars", &maxCost)
        visitor.field(6, "local_only", &isLocalOnly)
        visitor.field(7, "free_only", &isFreeOnly)
        visitor.field(8, "max_latency_us", &maxLatencyMicroseconds)
        visitor.field(20, "tenant_rule", &tenantRule)
        visitor.field(21, "operation", &operation)
    }
}
