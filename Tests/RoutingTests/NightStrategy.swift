import Events
import Routing

/// At night, when nobody waits, the user's own hardware first.
struct NightStrategy: Strategy {
    let name = "night"

    func judge(_ question: RoutingQuestion) -> Judgement {
        let hour = question.now.microseconds / 3_600_000_000 % 24
        guard hour < 6 || hour >= 22 else { return .abstains("it is \(hour) o'clock, no night") }
        let scores = question.candidates.map { candidate in
            Score("local", question.isLocal(candidate) ? 1 : 0)
        }
        return .ranks(scores, because: "it is night")
    }
}
