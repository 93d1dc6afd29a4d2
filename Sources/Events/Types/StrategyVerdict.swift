/// What one strategy said to a request, in the order in which they were asked.
public struct StrategyVerdict: FieldRecord {
    /// The strategy's name.
    public var name: String = ""
    /// Whether it left the choice to the next one.
    public var hasAbstained: Bool = false
    /// Why it chose so, or abstained.
    public var reason: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "abstained", &hasAbstained)
        visitor.field(3, "reason", &reason)
    }
}

/// What ranked the candidates of a decision.
public enum RoutingStrategy: UInt8, FieldEnumeration {
    /// The client named the model.
    case explicit = 1
    /// A named chain was followed.
    case chain = 2
    /// The kind of work has a chain or models of its own.
    case taskBased = 60
    /// The request needs what not every model can do.
    case capability = 61
    /// How much the request asks of a model.
    case complexityTier = 62
    /// A trained model predicted the answers' worth.
    case learned = 63
    /// The quickest and most reliable first.
    case performance = 64
    /// The cheapest first.
    case cost = 65
    /// The best answers first.
    case quality = 66
    /// A strategy of the operator's own; its name is in the verdicts.
    case own = 67
    /// Who answered the conversation last.
    case affinity = 68

    /// The chain.
    public static var empty: RoutingStrategy { .chain }
}

/// A part of a candidate's score.
public struct ScorePart: FieldRecord {
    /// What it is of: `cost`, `latency`, `quality`.
    public var name: String = ""
    /// The points; more is better.
    public var points: Int64 = 0

    /// A record with every field empty.
    public init() {}

    /// A part of a score.
    public init(_ name: String, _ points: Int64) {
        self.name = name
        self.points = points
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "points", &points)
    }
}
