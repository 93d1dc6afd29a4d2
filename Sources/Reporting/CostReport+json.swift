import Events
import JSONBytes

extension CostReport {
    /// The report for scripts: one JSON object, members sorted by name; money in whole nano-dollars.
    public var json: String {
        JSONWriter.text(.indented) { report in
            report.member("answered_hosted", ended.hosted)
            report.member("answered_locally", ended.local)
            Self.write(byModel, as: "by_model", to: &report)
            Self.write(byProvider, as: "by_provider", to: &report)
            Self.write(byTag, as: "by_tag", to: &report)
            Self.write(byTask, as: "by_task", to: &report)
            report.member("month", monthName)
            report.object("requests") { requests in
                let counts = ended.outcomes.map { (name: $0.key.name, count: $0.value) }
                for (name, count) in counts.sorted(by: { $0.name < $1.name }) {
                    requests.member(name, count)
                }
            }
            report.object("total") { total.write(to: &$0, as: "total") }
        }
    }

    private static func write(
        _ sums: [String: AttemptSums],
        as name: String,
        to report: inout JSONWriter
    ) {
        report.array(name) { list in
            for (name, line) in sorted(sums) { list.object { line.write(to: &$0, as: name) } }
        }
    }
}

extension AttemptSums {
    fileprivate func write(to object: inout JSONWriter, as name: String) {
        object.member("attempts", attempts)
        object.member("attempts_of_unknown_cost", unknownCosts)
        object.member("attempts_past_reservation", pastReservation)
        object.member("cached_input_tokens", cachedTokens)
        object.member("cost_nanodollars", cost.count)
        object.member("cost_usd", cost.description)
        object.member("estimated_nanodollars", estimated.count)
        object.member("input_tokens", inputTokens)
        object.member("mean_score", ifPresent: meanScore)
        object.member("name", name)
        object.member("output_tokens", outputTokens)
        object.member("requests", requests)
        object.member("scores", scoreCount)
    }
}
