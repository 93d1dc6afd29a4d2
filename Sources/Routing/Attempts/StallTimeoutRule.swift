import Events
import RouterState

/// How long an attempt may go without content before it counts as stalled (docs/decisions/0042).
///
/// A timeout that is too short pays for an answer twice, so what is not known to be fast gets the
/// configured time; what has a long prompt to read, or all of an answer to write before anything
/// comes, gets the time for that on top.
struct StallTimeoutRule {
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
    let context: RoutingContext

    /// The timeout; `nil` where the policy sets none.
    var timeout: StallTimeout? {
        guard let firstToken = provider.firstToken else { return nil }
        let reading = firstToken.readingMicroseconds(of: input)
        var timeout = isStreamed ? streamed(firstToken) : whole(firstToken)
        timeout.microseconds.addClamped(reading)
        if reading > 0 { timeout.readingMicroseconds = reading }
        // Of an unstreamed answer the request's whole time is all that there is to wait for.
        if !isStreamed {
            let whole = context.policy.policy.totalMicroseconds.addingClamped(reading)
            timeout.microseconds = min(timeout.microseconds, whole)
        }
        return timeout
    }

    /// The time to the first word.
    private func streamed(_ firstToken: FirstTokenPolicy) -> StallTimeout {
        if let basis = slowBasis { return StallTimeout(firstToken.slowMicroseconds, basis) }
        let expected = context.state.statistics.of(reference)?.firstToken(percent: 99)
        return known(expected, below: firstToken.typicalMicroseconds)
    }

    /// The time to all of an answer, of which nothing comes before it is written.
    private func whole(_ firstToken: FirstTokenPolicy) -> StallTimeout {
        guard let output else {
            return StallTimeout(context.policy.policy.totalMicroseconds, .whole)
        }
        let record = context.state.statistics.of(reference)
        let measured = record?.tokensPerThousandSeconds.flatMap { $0 > 0 ? $0 : nil }
        let assumed =
            provider.isOwnHardware ? Self.assumedSpeed.ownHardware : Self.assumedSpeed.hosted
        // Half the measured speed is no stall.
        let writing = Self.microseconds(of: output, at: measured.map { max(1, $0 / 2) } ?? assumed)
        if let basis = slowBasis {
            return StallTimeout(firstToken.slowMicroseconds.addingClamped(writing), basis)
        }
        let longest = firstToken.typicalMicroseconds.addingClamped(writing)
        guard let measured, let measured99 = record?.wholeAnswer(percent: 99) else {
            return known(nil, below: longest)
        }
        // What others of its kind took and what writing all that it may hold takes on top.
        let expected = Int64(measured99).addingClamped(Self.microseconds(of: output, at: measured))
        return known(Int(clamping: expected), below: longest)
    }

    /// Some times what 99 of 100 answers like this one are expected to take to begin, where enough is
    /// known and it is below the configured time.
    private func known(_ expected: Int?, below configured: Int64) -> StallTimeout {
        guard let hang = context.policy.policy.hang, let expected else {
            return StallTimeout(configured, .configured)
        }
        let observed = max(
            hang.leastMicroseconds,
            Int64(clamping: Int128(expected) * Int128(hang.multiple))
        )
        guard observed < configured else {
            return StallTimeout(configured, .configured, expected: expected)
        }
        return StallTimeout(observed, .observed, expected: expected)
    }

    private static func microseconds(of tokens: Int, at perThousandSeconds: Int) -> Int64 {
        Int64(clamping: Int128(max(0, tokens)) * 1_000_000_000 / Int128(perThousandSeconds))
    }

    /// Why the model may take long before its first word.
    private var slowBasis: StallBasis? {
        if context.policy.card(reference)?.capabilities?.contains(.reasoning) == true {
            return .reasoning
        }
        let isLoaded = context.state.statistics.isLoaded(reference, at: context.now)
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
