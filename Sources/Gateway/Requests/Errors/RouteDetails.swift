import Events
import JSONBytes

/// Which providers were tried or passed over for a request, each with its reason.
struct RouteDetails {
    private let attempts: [AttemptFinished]
    private let excluded: [RouteExclusion]

    init(_ running: RunningRequest) {
        attempts = running.finished
        excluded = running.decision.excluded + running.skipped
    }

    /// One sentence for people.
    var sentence: String {
        (attempts.map(Self.describe) + excluded.map(Self.describe)).joined(separator: "; ")
    }

    /// A JSON object for programs.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.array("tried") { list in
                for attempt in attempts {
                    list.object { object in
                        object.member("provider", attempt.provider)
                        object.member("model", attempt.model)
                        object.member("reason", attempt.failure?.name ?? "answered")
                        object.member("status", ifPresent: attempt.status)
                        object.member("message", ifPresent: attempt.message)
                    }
                }
            }
            root.array("skipped") { list in
                for exclusion in excluded {
                    list.object { object in
                        object.member("provider", exclusion.provider)
                        object.member("model", ifPresent: exclusion.model)
                        object.member("reason", exclusion.reason.name)
                        object.member("until", ifPresent: exclusion.until?.description)
                        object.member("figures", ifPresent: exclusion.figures)
                        if !exclusion.fields.isEmpty { object.member("fields", exclusion.fields) }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// An attempt in a few words.
    static func describe(_ attempt: AttemptFinished) -> String {
        let status = attempt.status.map { " (\($0))" } ?? ""
        return "\(attempt.provider):\(attempt.model) \(attempt.failure?.name ?? "answered")"
            + status + (attempt.message.map { ": \($0)" } ?? "")
    }

    /// An exclusion in a few words.
    static func describe(_ exclusion: RouteExclusion) -> String {
        let target = exclusion.provider + (exclusion.model.map { ":\($0)" } ?? "")
        let until = exclusion.until.map { " until \($0)" } ?? ""
        let fields =
            exclusion.fields.isEmpty
            ? "" : " (" + exclusion.fields.joined(separator: ", ") + ")"
        let figures = exclusion.figures.map { " (\($0))" } ?? ""
        return "\(target) skipped, \(exclusion.reason.name)\(fields)\(figures)\(until)"
    }
}
