import Events
import RouterState

/// When an attempt is taken to hang (row D6 of the requirements).
///
/// A limit that is too short pays for an answer twice, so what is not known to be quick gets the
/// configured time; what has a long prompt to read, or all of an answer to write before anything
/// comes, gets the time for that on top.
struct HangRule {
    /// Output tokens in a thousand seconds where none were measured: a large model on a processor
    /// writes some four a second, the slowest hosted ones some twenty.
    private static let assumedSpeed = (ownHardware: 4_000, hosted: 20_000)

    let reference: ModelReference
    let provider: ProviderPolicy
    let isStreamed: Bool
    /// The prompt's estimated tokens.
    let input: Int
    /// The output tokens that the attempt may use; `nil` when nothing limits them.
    let output: Int?
    let state: RouterState
    let now: Timestamp

    /// The limit; `nil` where the policy sets none.
    var limit: HangLimit? {
        guard let firstToken = provider.firstToken else { return nil }
        let reading = firstToken.readingMicroseconds(of: input)
        var limit = isStreamed ? streamed(firstToken) : whole(firstToken)
        limit.microseconds.addClamped(reading)
        if reading > 0 { limit.readingMicroseconds = reading }
        // Of an unstreamed answer the request's whole time is all that there is to wait for.
        if !isStreamed {
            let whole = state.policy.policy.totalMicroseconds.addingClamped(reading)
            limit.microseconds = min(limit.microseconds, whole)
        }
        return limit
    }

    /// The time to the first word.
    private func streamed(_ firstToken: FirstTokenPolicy) -> HangLimit {
        if let basis = slowBasis { return HangLimit(firstToken.slowMicroseconds, basis) }
        let expected = state.statistics.of(reference)?.firstToken(percent: 99)
        return known(expected, below: firstToken.usualMicroseconds)
    }

    /// The time to all of an answer, of which nothing comes before it is written.
    private func whole(_ firstToken: FirstTokenPolicy) -> HangLimit {
        guard let output else { return HangLimit(state.policy.policy.totalMicroseconds, .whole) }
        let record = state.statistics.of(reference)
        let measured = record?.tokensPerThousandSeconds.flatMap { $0 > 0 ? $0 : nil }
        let assumed =
            provider.isOwnHardware ? Self.assumedSpeed.ownHardware : Self.assumedSpeed.hosted
        // Half the usual speed is no hang.
        let writing = Self.microseconds(of: output, at: measured.map { max(1, $0 / 2) } ?? assumed)
        if let basis = slowBasis {
            return HangLimit(firstToken.slowMicroseconds.addingClamped(writing), basis)
        }
        let most = firstToken.usualMicroseconds.addingClamped(writing)
        guard let measured, let usual = record?.wholeAnswer(percent: 99) else {
            return known(nil, below: most)
        }
        // What others of its kind took and what writing all that it may hold takes on top.
        let expected = Int64(usual).addingClamped(Self.microseconds(of: output, at: measured))
        return known(Int(clamping: expected), below: most)
    }

    /// Some times what 99 of 100 answers like this one are expected to take to begin, where enough is
    /// known and it is below the configured time.
    private func known(_ expected: Int?, below configured: Int64) -> HangLimit {
        guard let hang = state.policy.policy.hang, let expected else {
            return HangLimit(configured, .configured)
        }
        let observed = max(
            hang.leastMicroseconds,
            Int64(clamping: Int128(expected) * Int128(hang.multiple))
        )
        guard observed < configured else {
            return HangLimit(configured, .configured, expected: expected)
        }
        return HangLimit(observed, .observed, expected: expected)
    }

    private static func microseconds(of tokens: Int, at perThousandSeconds: Int) -> Int64 {
        Int64(clamping: Int128(max(0, tokens)) * 1_000_000_000 / Int128(perThousandSeconds))
    }

    /// Why the model may take long before its first word.
    private var slowBasis: HangBasis? {
        if state.policy.card(reference)?.capabilities?.contains(.reasoning) == true {
            return .reasoning
        }
        let isLoaded = state.statistics.isLoaded(reference, at: now)
        return (provider.isLocal || provider.isOwnHardware) && !isLoaded ? .loading : nil
    }
}

extension FirstTokenPolicy {
    /// The time that reading a prompt may take, in whole seconds: what takes less than one is in the
    /// other limits.
    func readingMicroseconds(of tokens: Int) -> Int64 {
        guard prefillTokensPerSecond > 0 else { return 0 }
        let seconds = max(0, tokens) / prefillTokensPerSecond
        return Int64(clamping: Int128(seconds) * 1_000_000)
    }
}

extension RouteDecided {
    /// Gives the request the time on top that its first candidate may take to read the prompt.
    mutating func allowReading(state: RouterState) {
        guard let first = candidates.first,
            let policy = state.policy.providerInForce(first.provider)?.policy.firstToken
        else { return }
        let reading = policy.readingMicroseconds(of: requirements.inputTokens)
        guard reading > 0 else { return }
        deadline = deadline.advanced(byMicroseconds: reading)
    }
}
