import Events
import RouterState

/// The best answers first: by people's scores for this kind of work where there are some, else by the
/// rating in the policy, else by the model's tier.
///
/// A rating for the kind of work itself counts as much as five scores, so that people's word moves it from
/// the first one on.
struct QualityStrategy: Strategy {
    /// Scores that an average must rest on.
    static let minimumScores = 5

    let name = "quality"
    let kind = RoutingStrategy.quality
    let choosesModels = true

    func judge(_ question: RoutingQuestion) -> Judgement {
        let scores = zip(question.candidates, question.facts).map { candidate, facts -> Score? in
            if let quality = candidate.predictedQuality {
                return Score("quality", Int64(quality))
            }
            // Between the ratings that models of the tier usually have.
            return facts.card?.tier.map {
                Score("tier", 150_000 + 200_000 * Int64($0.rawValue))
            }
        }
        guard scores.contains(where: { $0 != nil }) else {
            return .abstains("no candidate was rated")
        }
        return .ranks(scores, because: "the best answers")
    }

    /// What is expected of a model's answers, in millionths; `nil` when that is unknown.
    static func prediction(
        _ record: ModelRecord?,
        _ card: ModelPolicy?,
        task: TaskType?
    ) -> Int? {
        let judged = record?.quality(for: task)
        if let task, let prior = card?.taskQuality.first(where: { $0.task == task })?.quality {
            guard let judged else { return prior }
            return blend(prior, with: judged)
        }
        if let judged, judged.scores >= minimumScores { return judged.average }
        return card?.quality
    }

    /// The mean of the rating, taken for so many scores, and of the scores that there are.
    private static func blend(_ prior: Int, with judged: (average: Int, scores: Int)) -> Int {
        let (rated, scored) = (Int128(minimumScores), Int128(max(0, judged.scores)))
        let sum = Int128(prior) * rated + Int128(judged.average) * scored
        return Int(clamping: sum / (rated + scored))
    }
}
