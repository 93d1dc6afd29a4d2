import Events
import RouterState

/// What a streamed answer is taken to be long, instead of all that it may be (docs/decisions/0047).
struct ExpectedOutput {
    /// The share of a model's answers that are no longer than what is reserved for the next one; the
    /// others extend it while they flow.
    private static let percent = 95
    /// The tokens a second that a model is taken to write at most where none were measured: twice what
    /// most hosted services write (Artificial Analysis, November 2026).
    private static let assumedSpeed = 300
    /// How many times its mean speed, first token included, a model is taken to write at most.
    private static let maximumTimesMean = 3

    /// Output tokens reserved at first, in all answers together.
    let tokens: Int
    /// The most tokens a second that the model may write without showing them; `nil` where it is known
    /// to show all.
    let unseenSpeed: Int?

    init(
        of reference: ModelReference,
        default assumed: Int,
        choices: Int,
        in context: RoutingContext
    ) {
        let record = context.state.statistics.of(reference)
        let one = max(
            record?.outputTokens(percent: Self.percent) ?? assumed,
            ReservationExtension.ahead
        )
        tokens = Int(clamping: Int128(one) * Int128(choices))
        // How much is thought is not known until the answer ends. A model of unknown abilities may think.
        let thinks = context.policy.card(reference)?.capabilities?.contains(.reasoning) ?? true
        guard thinks else {
            unseenSpeed = nil
            return
        }
        let mean = record?.tokensPerThousandSeconds ?? 0
        let measured = Int(clamping: Int128(mean) * Int128(Self.maximumTimesMean) / 1_000)
        let speed = max(measured, Self.assumedSpeed)
        unseenSpeed = Int(clamping: Int128(speed) * Int128(choices))
    }
}
