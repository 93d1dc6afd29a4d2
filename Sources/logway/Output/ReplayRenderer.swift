import Evaluation
import EventLog
import Events
import JSONBytes
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
        JSONWriter.text { object in
            object.member("elapsed_us", elapsed.microseconds)
            object.member("events", replay.events)
            object.member("events_by_type", counts: replay.eventsByType)
            object.member("fingerprint", fingerprint)
            object.member("first_sequence", replay.first)
            object.member("in_flight", state.inFlight.count)
            object.member("policy", state.policy.fingerprint.description)
            object.member("policy_position", state.policy.position)
            object.member("position", state.position)
            object.member("prices_position", state.prices.position)
            object.member("providers", state.policy.policy.providers.count)
            object.member("since", ifPresent: replay.since.map { "\($0)" })
            object.member("time", ifPresent: replay.since.map { _ in "\(state.time)" })
        }
    }
}
