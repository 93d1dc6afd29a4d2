import Evaluation
import EventLog
import Events
import Reporting
import RouterState

/// What `logway replay` folded, for people and for scripts.
struct ReplayTexts {
    let replay: StateReplay
    let elapsed: Duration

    init(_ replay: StateReplay, elapsed: Duration) {
        self.replay = replay
        self.elapsed = elapsed
    }

    private var state: RouterState { replay.state }

    /// The hash of the whole state: equal for every fold that came to the same.
    private var fingerprint: String { Fingerprint(sha256Of: state.encoded).description }

    /// A line for each thing, then the events by type.
    var text: String {
        guard let since = replay.since else { return "the log has no event yet\n" }
        let policy = state.policy
        var text = """
            the state after event \(state.position), \(state.time)
              fingerprint: \(fingerprint)
              policy: \(policy.position == 0 ? "none" : "\(policy.fingerprint), since event \(policy.position)")
              prices: \(state.prices.position == 0 ? "none" : "since event \(state.prices.position)")
              providers: \(policy.policy.providers.count)
              requests in flight: \(state.inFlight.count)
              folded from event \(replay.first), \(since): \(ReplayCheckTexts.pace(replay.events, elapsed))

            """
        var table = TextTable([.text("events"), .number("count")])
        for (name, count) in replay.eventsByType.sorted(by: { $0.key < $1.key }) {
            table.add([name, "\(count)"])
        }
        text += "\n" + table.text(indent: 2)
        return text
    }

    /// The same as one JSON object.
    var json: String {
        JSONText.object([
            "position": .int(Int(state.position)),
            "time": replay.since == nil ? nil : .text("\(state.time)"),
            "fingerprint": .text(fingerprint),
            "policy": .text(state.policy.fingerprint.description),
            "policy_position": .int(Int(state.policy.position)),
            "prices_position": .int(Int(state.prices.position)),
            "providers": .int(state.policy.policy.providers.count),
            "in_flight": .int(state.inFlight.count),
            "first_sequence": .int(Int(replay.first)),
            "since": replay.since.map { .text("\($0)") },
            "events": .int(replay.events),
            "events_by_type": .object(replay.eventsByType.mapValues { .int($0) }),
            "elapsed_us": .int(Int(elapsed.microseconds)),
        ])
    }
}
