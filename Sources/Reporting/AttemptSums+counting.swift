public import Events
import RouterState

extension AttemptSums {
    /// Counts an attempt that ended; not its request, which may have been counted before.
    public mutating func add(_ attempt: AttemptFinished) {
        attempts += 1
        if let cost = attempt.cost {
            self.cost.addClamped(cost)
            if attempt.costOrigin == .estimated { estimated.addClamped(cost) }
        } else {
            unknownCosts += 1
        }
        if attempt.unreservedOutput != nil || attempt.unreservedCost != nil { pastReservation += 1 }
        inputTokens.addClamped(attempt.usage.knownPrompt)
        cachedTokens.addClamped(attempt.usage.cachedInput ?? 0)
        outputTokens.addClamped(attempt.usage.output ?? 0)
    }

    /// Counts a score in millionths, in the place of an earlier one of the same judge.
    public mutating func add(score: Int, insteadOf earlier: Int?) {
        scores.addClamped(score - (earlier ?? 0))
        if earlier == nil { scoreCount += 1 }
    }

    /// The mean score from 0 to 1; `nil` without feedback.
    public var meanScore: Double? {
        scoreCount == 0 ? nil : Double(scores) / Double(scoreCount) / 1_000_000
    }
}
