import Events
import RouterState

/// The fastest first, by the median of what was measured; failures cost time as well.
struct PerformanceStrategy: Strategy {
    /// Attempts that a median must rest on.
    static let minimumAttempts = 5
    /// What an attempt that fails is taken to cost, in microseconds: it is tried elsewhere.
    static let failureMicroseconds: Int64 = 10_000_000

    let name = "performance"
    let kind = RoutingStrategy.performance
    let choosesModels = true

    func judge(_ question: RoutingQuestion) -> Judgement {
        let scores = zip(question.candidates, question.facts).map { candidate, facts -> Score? in
            guard let record = facts.record, record.attempts >= Self.minimumAttempts,
                let median = candidate.predictedMicroseconds, let rate = record.successRate
            else { return nil }
            let failures = Int64(1_000_000 - rate) * (Self.failureMicroseconds / 1_000_000)
            return Score([
                ScorePart("latency", -Int64(median)), ScorePart("failures", -failures),
            ])
        }
        guard scores.contains(where: { $0 != nil }) else {
            return .abstains("no candidate was asked \(Self.minimumAttempts) times lately")
        }
        return .ranks(scores, because: "the quickest, failures counted")
    }
}
