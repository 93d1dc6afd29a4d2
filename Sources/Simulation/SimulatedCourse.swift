import Settings

/// How one request to a simulated provider goes: how long it takes and whether it fails.
struct SimulatedCourse {
    /// How often the same request came before.
    let occurrence: Int
    /// The time before the answer or the error begins.
    let firstTokenDelay: Duration
    /// The error that is given instead of an answer.
    let failure: SimulatedFailure?
    /// The share of a stream after which its connection is cut.
    let cutAfter: Double?
    private let tokensPerSecond: Double

    /// The course that the seed, the request and its occurrence decide.
    init(
        of spec: SimulatedProviderSpec,
        _ model: SimulatedModel,
        key: UInt64,
        occurrence: Int
    ) {
        var draws = SeededRandom(seed: key, "course", occurrence: occurrence)
        self.occurrence = occurrence
        firstTokenDelay = draws.delay(
            mean: model.latencyMean ?? spec.latencyMean,
            deviation: model.latencyDeviation ?? spec.latencyDeviation
        )
        tokensPerSecond = model.tokensPerSecond ?? spec.tokensPerSecond
        // Every draw is made every time, so that changing one rate leaves the others' draws alone.
        let isRateLimited = draws.fraction() < spec.rateLimitRate
        let retryAfter = spec.retryAfter * draws.count(in: 1...3)
        let fails = draws.fraction() < spec.failureRate
        let isOverloaded = draws.fraction() < 0.5
        let isCut = draws.fraction() < spec.cutRate
        let place = draws.fraction()
        if isRateLimited {
            failure = .rateLimited(retryAfter: retryAfter)
        } else {
            failure = fails ? .broken(overloaded: isOverloaded) : nil
        }
        cutAfter = isCut ? place : nil
    }

    /// The time that it takes to write so many tokens.
    func delay(ofTokens count: Int) -> Duration {
        tokensPerSecond > 0 ? .seconds(Double(count) / tokensPerSecond) : .zero
    }
}
