import Evaluation
import Events
import JSONBytes
import Reporting

/// What `logway replay --check` found, for people and for scripts.
struct ReplayCheckTexts {
    let findings: ReplayFindings
    let elapsed: Duration

    init(_ findings: ReplayFindings, elapsed: Duration) {
        self.findings = findings
        self.elapsed = elapsed
    }

    /// The verdict, the counts, then each difference field by field.
    var text: String {
        var text = verdict + "\n"
        for (name, tally) in [("decisions", findings.decisions), ("attempts", findings.attempts)] {
            text += "  \(name): \(words(tally))\n"
        }
        text += "  " + Self.stretch(findings) + ", " + Self.pace(findings.events, elapsed) + "\n"
        for difference in findings.differences { text += "\n" + Self.text(of: difference) }
        let hidden =
            findings.decisions.different + findings.attempts.different
            - findings.differences.count
        if hidden > 0 { text += "\n\(hidden) more: --all shows them\n" }
        return text
    }

    private var verdict: String {
        guard findings.isEqual else { return "what was recorded is not what is decided now" }
        let compared = findings.decisions.equal + findings.attempts.equal
        return compared == 0
            ? "there was nothing to decide again"
            : "everything that was decided again is equal, byte for byte"
    }

    private func words(_ tally: ReplayFindings.Tally) -> String {
        var parts = ["\(tally.equal) equal", "\(tally.different) different"]
        if tally.retired > 0 {
            parts.append("\(tally.retired) not decided again: the state of then was retired")
        }
        for (version, count) in tally.byOtherVersion.sorted(by: { $0.key < $1.key }) {
            parts.append(
                "\(count) decided by version \(version), this build decides as "
                    + "\(ReplayCheck.deciderVersion)"
            )
        }
        return parts.joined(separator: ", ")
    }

    private static func text(of difference: ReplayDifference) -> String {
        let place = difference.place
        var text =
            "event \(place.sequence) (\(difference.type), \(place.time), "
            + "request \(difference.request))\n"
        guard !difference.fields.isEmpty else {
            return text + "  differs in bytes that are no field of this build\n"
        }
        var table = TextTable([.text("field"), .text("recorded"), .text("decided now")])
        for field in difference.fields {
            table.add([
                field.path, field.recorded.map(words) ?? "–", field.decided.map(words) ?? "–",
            ])
        }
        text += table.text(indent: 2)
        return text
    }

    private static func words(_ value: JSONScalar) -> String {
        switch value {
        case .integer(let integer): "\(integer)"
        case .boolean(let boolean): "\(boolean)"
        case .text(let text): text.isEmpty ? "\"\"" : text
        }
    }

    private static func stretch(_ findings: ReplayFindings) -> String {
        guard let first = findings.first, let last = findings.last else { return "no event" }
        return "events \(first.sequence)–\(last.sequence), \(first.time) to \(last.time)"
    }

    /// How long it took, and how many events a second that is.
    static func pace(_ events: Int, _ elapsed: Duration) -> String {
        let microseconds = max(1, Int(elapsed.microseconds))
        return "\(events) in \(microseconds / 1_000) ms, "
            + "\(events * 1_000_000 / microseconds) a second"
    }

    /// The same as one JSON object.
    var json: String {
        JSONWriter.text { object in
            object.object("attempts") { findings.attempts.write(to: &$0) }
            object.member("decider_version", ReplayCheck.deciderVersion)
            object.object("decisions") { findings.decisions.write(to: &$0) }
            object.array("differences") { list in
                for difference in findings.differences {
                    list.object { difference.write(to: &$0) }
                }
            }
            object.member("elapsed_us", elapsed.microseconds)
            object.member("equal", findings.isEqual)
            object.member("events", findings.events)
            object.member("first_sequence", ifPresent: findings.first?.sequence)
            object.member("first_time", ifPresent: findings.first.map { "\($0.time)" })
            object.member("last_sequence", ifPresent: findings.last?.sequence)
            object.member("last_time", ifPresent: findings.last.map { "\($0.time)" })
        }
    }
}

extension ReplayFindings.Tally {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("different", different)
        object.member("equal", equal)
        object.member(
            "other_versions",
            counts: Dictionary(uniqueKeysWithValues: byOtherVersion.map { ("\($0)", $1) })
        )
        object.member("retired", retired)
    }
}

extension ReplayDifference {
    fileprivate func write(to object: inout JSONWriter) {
        object.array("fields") { list in
            for field in fields {
                list.object { object in
                    Self.write(field.decided, as: "decided", to: &object)
                    object.member("path", field.path)
                    Self.write(field.recorded, as: "recorded", to: &object)
                }
            }
        }
        object.member("request", "\(request)")
        object.member("sequence", place.sequence)
        object.member("time", "\(place.time)")
        object.member("type", type)
    }

    private static func write(
        _ value: JSONScalar?,
        as name: String,
        to object: inout JSONWriter
    ) {
        switch value {
        case .integer(let integer): object.member(name, integer)
        case .boolean(let boolean): object.member(name, boolean)
        case .text(let text): object.member(name, text)
        case nil: object.nullMember(name)
        }
    }
}
