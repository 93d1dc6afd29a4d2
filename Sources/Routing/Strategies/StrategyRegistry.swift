/// The strategies that there are, by name.
public struct StrategyRegistry: Sendable {
    /// Every strategy; a new one is one line here.
    public static let all = StrategyRegistry([
        ExplicitStrategy(),
        TaskStrategy(),
        CapabilityStrategy(),
        ComplexityStrategy(),
        LearnedStrategy(),
        PerformanceStrategy(),
        CostStrategy(),
        QualityStrategy(),
        FallbackStrategy(),
    ])

    /// What is asked when `routing.strategies` names none: the chain decides, unless the kind of work
    /// or a hard need does.
    public static let defaultNames = ["explicit", "task-based", "capability", "fallback"]

    private let strategies: [any Strategy]

    /// A registry of strategies with names of their own.
    public init(_ strategies: [any Strategy]) {
        self.strategies = strategies
    }

    /// The names, in order.
    public var names: [String] { strategies.map(\.name) }

    /// The same registry with one more.
    public func with(_ strategy: any Strategy) -> StrategyRegistry {
        StrategyRegistry(strategies + [strategy])
    }

    /// The strategies that answer a policy's requests, in order.
    ///
    /// A name that this build does not know is passed over. The explicit one is always first and the
    /// fallback always last, where it stands or at the end: a named model is meant, and one must
    /// rank.
    func strategies(_ names: [String]) -> [any Strategy] {
        var chosen: [any Strategy] = [ExplicitStrategy()]
        let last = FallbackStrategy()
        for name in names.isEmpty ? Self.defaultNames : names where name != chosen[0].name {
            if name == last.name { break }
            if let strategy = strategies.first(where: { $0.name == name }) {
                chosen.append(strategy)
            }
        }
        chosen.append(last)
        return chosen
    }
}
