import Events
import RouterState

/// When an attempt is taken to hang (row D6 of the requirements).
///
/// A limit that is too short pays for an answer twice, so what is not known to be quick gets the
/// configured time.
struct HangRule {
    let reference: ModelReference
    let provider: ProviderPolicy
    let isStreamed: Bool
    /// The output tokens that the attempt may use; `nil` when nothing limits them.
    let output: Int?
    let state: RouterState
    let now: Timestamp

    /// The limit; `nil` where the policy sets none.
    var limit: HangLimit? {
        guard let firstToken = provider.firstToken else { return nil }
        if let basis = slowBasis { return HangLimit(firstToken.slowMicroseconds, basis) }
        guard let hang = state.policy.policy.hang, let expected = expectedMicroseconds else {
            return HangLimit(firstToken.usualMicroseconds, .configured)
        }
        let observed = max(
            hang.leastMicroseconds,
            Int64(clamping: Int128(expected) * Int128(hang.multiple))
        )
        guard observed < firstToken.usualMicroseconds else {
            return HangLimit(firstToken.usualMicroseconds, .configured, expected: expected)
        }
        return HangLimit(observed, .observed, expected: expected)
    }

    /// Why the model may take long before its first word.
    private var slowBasis: HangBasis? {
        if state.policy.card(reference)?.capabilities?.contains(.reasoning) == true {
            return .reasoning
        }
        let isLoaded = state.statistics.isLoaded(reference, at: now)
        return provider.isLocal && !isLoaded ? .loading : nil
    }

    /// The time in which 99 of 100 answers like this one would begin; `nil` when too little is known.
    ///
    /// Of an unstreamed answer nothing comes before all of it is written, however long it gets. So its
    /// time is what others of its kind took and what writing all that it may hold takes on top.
    private var expectedMicroseconds: Int? {
        guard let record = state.statistics.of(reference) else { return nil }
        if isStreamed { return record.firstToken(percent: 99) }
        guard let output, let usual = record.wholeAnswer(percent: 99),
            let speed = record.tokensPerThousandSeconds, speed > 0
        else { return nil }
        return usual.addingClamped(
            Int(clamping: Int128(output) * 1_000_000_000 / Int128(speed))
        )
    }
}
