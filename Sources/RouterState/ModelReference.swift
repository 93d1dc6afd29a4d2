public import Events

/// A model at a provider.
///
/// A decision looks each of its candidates up in half a dozen tables, so the hash is made once.
public struct ModelReference: Sendable, Comparable {
    /// The provider's configured name.
    public private(set) var provider: String
    /// The model's name at that provider.
    public private(set) var model: String
    private var hash: Int

    /// No model.
    public init() { self.init(provider: "", model: "") }

    /// A model at a provider.
    public init(provider: String, model: String) {
        self.provider = provider
        self.model = model
        hash = Self.hash(provider, model)
    }

    /// Seeded for the process, as every hash is: clients choose models' names.
    private static func hash(_ provider: String, _ model: String) -> Int {
        var hasher = Hasher()
        hasher.combine(provider)
        hasher.combine(model)
        return hasher.finalize()
    }

    init(_ attempt: AttemptFinished) {
        self.init(provider: attempt.provider, model: attempt.model)
    }

    /// Orders by provider, then by model.
    public static func < (left: ModelReference, right: ModelReference) -> Bool {
        (left.provider, left.model) < (right.provider, right.model)
    }
}

extension ModelReference: Hashable {
    /// Whether both are the same.
    public static func == (left: ModelReference, right: ModelReference) -> Bool {
        left.hash == right.hash && left.model == right.model && left.provider == right.provider
    }

    /// Feeds the hash that was made at first.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

extension ModelReference: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        hash = Self.hash(provider, model)
    }
}
