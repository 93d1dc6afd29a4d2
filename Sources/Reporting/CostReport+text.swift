import Events

extension CostReport {
    /// The report for people.
    public var text: String {
        var lines = ["Cost report for \(monthName) (UTC)", ""]
        lines += summary
        let sections: [(String, String, [String: AttemptSums])] = [
            ("By provider", "provider", byProvider), ("By model", "model", byModel),
            ("By task", "task", byTask), ("By tag", "tag", byTag),
        ]
        for (title, column, sums) in sections where !sums.isEmpty {
            lines += ["", title, Self.table(sums, column: column)]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The month as `YYYY-MM`.
    var monthName: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

    private var summary: [String] {
        let count = ended.outcomes.values.reduce(0, +)
        var lines = [
            "  cost       \(Format.cost(total.cost))"
                + (total.estimated > .zero
                    ? ", of it \(Format.cost(total.estimated)) estimated" : "")
        ]
        if total.unknownCosts > 0 {
            lines.append(
                "             plus \(Format.count(total.unknownCosts, "attempt")) of unknown cost: "
                    + "a price or a count is missing"
            )
        }
        if total.pastReservation > 0 {
            lines.append(
                "             without what \(Format.count(total.pastReservation, "attempt")) wrote "
                    + "past the reservation by our estimate"
            )
        }
        let byOutcome = RequestOutcome.allCases.compactMap { outcome in
            ended.outcomes[outcome].map { "\($0) \(outcome.name)" }
        }
        lines.append(
            "  requests   \(count)"
                + (byOutcome.isEmpty ? "" : " (" + byOutcome.joined(separator: ", ") + ")")
        )
        lines.append("  answered   \(ended.local) local, \(ended.hosted) hosted")
        if total.requests > 0 {
            let mean = Nanodollars(total.cost.count / Int64(total.requests))
            lines.append("  mean       \(Format.cost(mean)) a request that was tried")
        }
        lines.append(
            "  tokens     \(total.inputTokens) in (\(total.cachedTokens) cached), "
                + "\(total.outputTokens) out"
        )
        if let score = total.meanScore {
            lines.append(
                "  quality    \(Format.score(score)) over \(Format.count(total.scoreCount, "score"))"
            )
        }
        return lines
    }

    /// Lines by falling cost; equal ones by name.
    static func sorted(_ sums: [String: AttemptSums]) -> [(name: String, line: AttemptSums)] {
        sums.map { (name: $0.key, line: $0.value) }.sorted {
            $0.line.cost != $1.line.cost ? $0.line.cost > $1.line.cost : $0.name < $1.name
        }
    }

    private static func table(_ sums: [String: AttemptSums], column: String) -> String {
        var table = TextTable([
            .text(column), .number("tried"), .number("attempts"), .number("tokens in"),
            .number("tokens out"), .number("quality"), .number("cost"), .text(""),
        ])
        for (name, line) in sorted(sums) {
            table.add([
                name, "\(line.requests)", "\(line.attempts)", "\(line.inputTokens)",
                "\(line.outputTokens)", Format.score(line.meanScore), Format.cost(line.cost),
                line.unknownCosts > 0 ? "+ \(line.unknownCosts) unknown" : "",
            ])
        }
        return String(table.text(indent: 2).dropLast())
    }
}
