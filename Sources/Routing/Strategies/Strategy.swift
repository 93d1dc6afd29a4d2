public import Events

/// One way to rank the candidates of a request.
///
/// Your own is a file that conforms and a line in `StrategyRegistry`; docs/strategies.md shows one.
///
/// A strategy is a pure function: it reads the question and nothing else, no clock and no file, and
/// reckons in integers, so that every replay comes to the same.
public protocol Strategy: Sendable {
    /// The name in `routing.strategies` and in every decision.
    var name: String { get }
    /// What the decision calls it; `.own` unless it is built in.
    var kind: RoutingStrategy { get }
    /// Whether it chooses between the models of a provider, so that an entry of a chain that names a
    /// provider alone offers all of its known models.
    var choosesModels: Bool { get }
    /// Ranks the candidates, or leaves them to the next strategy.
    func judge(_ question: RoutingQuestion) -> Judgement
}

extension Strategy {
    /// A strategy of the operator's own.
    public var kind: RoutingStrategy { .own }
    /// It takes the models as the chain offers them.
    public var choosesModels: Bool { false }
}

/// What a strategy says.
public enum Judgement: Hashable, Sendable {
    /// It leaves the choice to the next one, and why.
    case abstains(String)
    /// Its scores, one for each candidate in their order, and the reason of the choice.
    ///
    /// More is better; equal ones stay in the order in which they were proposed, which is that of the
    /// chain and its priorities; a candidate without a score comes last.
    case ranks([Score?], because: String)
}

/// What a strategy makes of one candidate: the sum of named parts.
public struct Score: Hashable, Sendable {
    /// The parts, as the decision records them.
    public var parts: [ScorePart]

    /// A score of named parts.
    public init(_ parts: [ScorePart]) {
        self.parts = parts
    }

    /// A score of one part.
    public init(_ name: String, _ points: Int64) {
        parts = [ScorePart(name, points)]
    }

    /// The sum of the parts, at most what an integer holds.
    var total: Int64 {
        parts.reduce(0) { sum, part in
            let (next, overflow) = sum.addingReportingOverflow(part.points)
            return overflow ? (part.points < 0 ? .min : .max) : next
        }
    }
}
