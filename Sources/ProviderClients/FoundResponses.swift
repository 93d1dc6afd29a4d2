import Synchronization

/// What turned out of a provider's responses: that it lacks them for a model, or has them after all.
///
/// It says how a provider is asked, not who is asked, so no decision rests on it; it is in memory and is
/// found again after a restart by one refused request.
final class FoundResponses: Sendable {
    /// How long a verdict holds: a server may be updated.
    private static let hold: Int64 = 3_600_000_000
    /// The models that are remembered; more are found again.
    private static let limit = 1_024

    private struct Verdict {
        var hasThem: Bool
        var until: Int64
    }

    private let verdicts = Mutex<[String: Verdict]>([:])

    /// Whether a model answers in them; `nil` where that has not turned out, or not lately.
    ///
    /// `now` is on the monotonic clock, in microseconds.
    func verdict(on model: String, now: Int64) -> Bool? {
        verdicts.withLock { verdicts in
            guard let verdict = verdicts[model], now < verdict.until else { return nil }
            return verdict.hasThem
        }
    }

    /// Takes down that a model answered in them, or that they were refused for it.
    func note(_ hasThem: Bool, for model: String, now: Int64) {
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.limit { verdicts.removeAll() }
            verdicts[model] = Verdict(hasThem: hasThem, until: now + Self.hold)
        }
    }
}
