import Events

extension ExplainPage {
    /// What the client told the router, a line each.
    static func hints(_ received: RequestReceived) -> [String] {
        let hints = received.hints
        var parts: [String] = []
        if let cost = hints.maxCost { parts.append("cost at most \(Format.cost(cost))") }
        if let latency = hints.maxLatencyMicroseconds {
            parts.append("answer within \(Format.time(microseconds: latency))")
        }
        if hints.isLocalOnly { parts.append("on this machine only") }
        if !hints.required.isEmpty {
            parts.append("able to do " + hints.required.names.joined(separator: ", "))
        }
        return parts.isEmpty ? [] : ["  asked for: " + parts.joined(separator: "; ")]
    }

    /// What the router made of the request.
    static func classification(_ classification: Classification) -> [String] {
        guard classification.version > 0 else { return [] }
        var words = "  task "
        words += classification.task?.name ?? "unknown"
        words += classification.isTaskGiven ? " (given)" : " (inferred)"
        if let complexity = classification.complexity {
            words += ", complexity \(complexity.name)"
            words += classification.isComplexityGiven ? " (given)" : ""
        }
        words += " by classifier version \(classification.version): "
        words += "\(classification.points) of 1000 points"
        let parts = classification.contributions.map { part in
            "\(part.feature.name) \(part.points > 0 ? "+" : "")\(part.points)"
        }
        return [words + (parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")")]
    }

    /// What the strategies said.
    static func verdicts(_ verdicts: [StrategyVerdict]) -> [String] {
        verdicts.map { verdict in
            "  \(Format.plain(verdict.name)) "
                + (verdict.hasAbstained ? "abstained: " : "ranked: ")
                + Format.plain(verdict.reason)
        }
    }

    /// Who answered the conversation last, where that decided nothing: what did is among the verdicts.
    static func affinity(_ decision: RouteDecided) -> [String] {
        guard let affinity = decision.affinity, let provider = affinity.provider else { return [] }
        let last = "\(provider):\(Format.plain(affinity.model ?? "–"))"
        return affinity.isKept
            ? ["  affinity: the conversation stays with \(last)"]
            : ["  affinity: \(last) answered the conversation last, but comes not first now"]
    }

    /// The candidates with what is predicted of each, and their scores where a strategy gave some.
    static func candidates(of decision: RouteDecided) -> TextTable {
        let hasScores = decision.candidates.contains { $0.score != nil }
        let hasTimes = decision.candidates.contains { $0.predictedMicroseconds != nil }
        var columns: [TextTable.Column] = [
            .number("rank"), .text("candidate"), .text("chain entry"), .number("priority"),
            .number("predicted cost"),
        ]
        if hasTimes { columns.append(.number("time")) }
        if hasScores { columns += [.number("score"), .text("of")] }
        columns += [.number("probability"), .text("")]
        var table = TextTable(columns)
        for (index, candidate) in decision.candidates.enumerated() {
            var cells = [
                "\(index + 1)", "\(candidate.provider):\(candidate.model)",
                candidate.chainEntry.map { "\($0)" } ?? "–", "\(candidate.priority)",
                Format.cost(candidate.predictedCost),
            ]
            if hasTimes {
                cells.append(
                    candidate.predictedMicroseconds.map {
                        Format.time(microseconds: $0) + (candidate.isLate ? " (late)" : "")
                    } ?? "–"
                )
            }
            if hasScores {
                let parts = candidate.parts.map { "\($0.name) \($0.points)" }
                cells.append(candidate.score.map { "\($0)" } ?? "–")
                cells.append(Format.plain(parts.joined(separator: ", ")))
            }
            cells.append(Format.percent(millionths: candidate.probability))
            let notes = [
                index == decision.chosen ? "← chosen" : nil,
                candidate.isBusy ? "busy" : nil,
                candidate.overBudget.map { "over the \($0) budget" },
            ]
            cells.append(notes.compactMap { $0 }.joined(separator: ", "))
            table.add(cells)
        }
        return table
    }
}
