import Events

/// Why a request went where it went, for people: one page of text.
public struct ExplainPage: Sendable {
    private let record: RequestRecord

    /// The page of a request that the log knows.
    public init(_ record: RequestRecord) {
        self.record = record
    }

    /// The page.
    public var text: String {
        ([heading, asked] + decision + attempts + outcome + judged).joined(separator: "\n") + "\n"
    }

    private var heading: String {
        "Request \(record.id)\n  "
            + (record.completed.map { completed in
                let content = completed.content
                return "\(content.outcome.name) with \(Format.status(content.status))"
                    + Self.after(content.measuredMicroseconds)
                    + ", cost \(Format.cost(content.cost))"
            } ?? "still running")
    }

    /// The time that something took, where it was measured.
    private static func after(_ microseconds: Int?) -> String {
        microseconds.map { " after " + Format.time(microseconds: $0) } ?? ""
    }

    private var asked: String {
        guard let received = record.received else { return "" }
        let content = received.content
        var lines = [
            "  at \(received.time), \(content.client.name) client, "
                + Format.plain(content.endpoint),
            content.requestedModel.isEmpty
                ? "  what it asked for could not be read" : "  " + Self.question(content),
        ]
        let needs = content.features.needs.names
        if !needs.isEmpty { lines.append("  needs " + needs.joined(separator: ", ")) }
        if let task = content.task {
            lines.append("  task \(Format.plain(task)) (given by the client)")
        }
        if let tenant = content.tenant { lines.append("  tenant \(Format.plain(tenant))") }
        if let key = content.clientKey { lines.append("  client key \(Format.plain(key))") }
        if !content.tags.isEmpty { lines.append("  tags " + list(content.tags)) }
        lines += Self.hints(content)
        for dropped in content.droppedHints {
            lines.append(
                "  dropped for \(dropped.family.name) providers: "
                    + list(dropped.fields)
            )
        }
        if !content.surcharges.isEmpty {
            lines.append(
                "  asks \(content.client.name) providers for what prices per token don't cover: "
                    + list(content.surcharges)
            )
        }
        return lines.joined(separator: "\n")
    }

    private var decision: [String] {
        guard let decided = record.decided else {
            return ["", "Decision", "  none: the request could not be read"]
        }
        let content = decided.content
        var lines = [
            "", "Decision",
            "  event \(decided.sequence) on the state at \(content.statePosition), "
                + "decider version \(content.deciderVersion), seed \(content.seed)",
            "  policy \(content.policy) (event \(content.policyPosition)), "
                + "prices of event \(content.pricesPosition)",
            "  strategy \(content.strategy.name)"
                + (content.chain.isEmpty ? "" : " '\(content.chain)'"),
        ]
        if let alias = content.alias {
            let asked = record.received?.content.requestedModel ?? ""
            lines.append("  '\(Format.plain(asked))' is an alias of '\(Format.plain(alias))'")
        }
        lines += Self.classification(content.classification) + Self.verdicts(content.verdicts)
        lines += Self.affinity(content)
        if content.floor > 0 {
            lines.append(
                "  explored with at least "
                    + Format.percent(millionths: content.floor) + " for each arm"
            )
        }
        if let refusal = content.refusal { lines.append("  refused: \(refusal.name)") }
        if !content.candidates.isEmpty {
            let table = Self.candidates(of: content)
            lines += ["", "Candidates", trimmed(table.text(indent: 2))]
        }
        return lines + Self.rejected(content.excluded, title: "Rejected")
    }

    private static func rejected(_ excluded: [RouteExclusion], title: String) -> [String] {
        guard !excluded.isEmpty else { return [] }
        var table = TextTable([.text("provider"), .text("model"), .text("reason")])
        for exclusion in excluded {
            var reason = exclusion.reason.name
            if !exclusion.fields.isEmpty {
                reason += ": " + exclusion.fields.joined(separator: ", ")
            }
            if let figures = exclusion.figures { reason += ": " + figures }
            if let until = exclusion.until { reason += ", until \(until)" }
            table.add([exclusion.provider, exclusion.model ?? "–", reason])
        }
        return ["", title, trimmed(table.text(indent: 2))]
    }

    private var attempts: [String] {
        guard !record.started.isEmpty else { return [] }
        var lines = ["", "Attempts"]
        for started in record.started {
            let attempt = started.content
            let finished = record.finished.first { $0.content.number == attempt.number }?.content
            lines.append(
                "  \(attempt.number)  \(attempt.provider):\(Format.plain(attempt.model))"
                    + (attempt.lane.map { ", by \($0)" } ?? "")
                    + (attempt.after.map { ", failover after \($0.name)" } ?? "")
                    + (attempt.retry.map(Self.retry) ?? "")
                    + (attempt.hedge.map(Self.hedge) ?? "")
            )
            for skipped in attempt.skipped {
                lines.append(
                    "     passed over \(skipped.provider):"
                        + "\(Format.plain(skipped.model ?? "–")), \(skipped.reason.name)"
                        + (skipped.figures.map { ": \($0)" } ?? "")
                        + (skipped.until.map { ", until \($0)" } ?? "")
                )
            }
            if attempt.reservedInput > 0 {
                lines.append("     reserved \(Self.reservation(of: attempt))")
            }
            for change in record.extended where change.content.number == attempt.number {
                let output = change.content.output.map { "\($0)" } ?? "any number of"
                lines.append(
                    "     held from \(change.time) on: \(output) out, cost up to "
                        + Format.cost(change.content.cost)
                )
            }
            if let timeout = attempt.stallTimeout {
                lines.append("     \(Self.describe(timeout))")
            }
            lines += (finished.map(Self.result) ?? ["still running"]).map { "     " + $0 }
        }
        return lines
    }

    private static func retry(_ reason: RetryReason) -> String {
        ", asked again after a wait of "
            + Format.time(microseconds: Int(clamping: reason.waitMicroseconds))
    }

    private static func describe(_ timeout: StallTimeout) -> String {
        let expected = timeout.expectedMicroseconds.map {
            ": 99 of 100 are expected to begin within \(Format.time(microseconds: $0))"
        }
        let reason =
            switch timeout.basis {
            case .configured: expected ?? ", as configured"
            case .observed: expected ?? ""
            case .reasoning: ": the model thinks before it writes"
            case .loading: ": the model may have to be loaded first"
            case .whole: ": nothing comes before the whole answer, and nothing limits that"
            }
        let reading = timeout.readingMicroseconds.map {
            ", \(Format.time(microseconds: Int(clamping: $0))) of it to read the prompt"
        }
        return "waits up to " + Format.time(microseconds: Int(clamping: timeout.microseconds))
            + " for content" + reason + (reading ?? "")
    }

    private static func hedge(_ reason: HedgeReason) -> String {
        ", hedge beside attempt \(reason.besides), which had given nothing for "
            + Format.time(microseconds: Int(clamping: reason.afterMicroseconds))
    }

    private static func reservation(of attempt: AttemptStarted) -> String {
        let output = attempt.reservedOutput.map { "\($0)" } ?? "any number of"
        let quota = attempt.reservedTokens.map { ", \(Format.count($0, "token")) of quotas" } ?? ""
        let most = attempt.outputBound.map { " (expected, of \($0))" } ?? ""
        let charges = attempt.charges.isEmpty ? "" : ", in " + list(attempt.charges)
        return
            "\(Format.count(attempt.reservedInput, "token")) in, \(output) out\(most), cost up to "
            + Format.cost(attempt.reservedCost) + quota + charges
    }

    private static func result(of attempt: AttemptFinished) -> [String] {
        var lines: [String] = []
        if let status = attempt.refusedStatus {
            lines.append("asked twice: it refused the client's own API with status \(status)")
        }
        if let failure = attempt.failure {
            lines.append(
                (failure == .hedgeLost ? "cancelled: " : "failed: ") + failure.name
                    + (attempt.status.map { " (status \($0))" } ?? "")
                    + after(attempt.measuredMicroseconds)
            )
            if let message = attempt.message { lines.append("said: \(Format.plain(message))") }
            if let retryAt = attempt.retryAt { lines.append("held until \(retryAt)") }
        } else {
            let first = attempt.firstByteMicroseconds.map {
                ", first byte after \(Format.time(microseconds: $0))"
            }
            lines.append(
                "answered in " + Format.time(microseconds: attempt.totalMicroseconds)
                    + (first ?? "")
                    + (attempt.finishReason.map { ", finished: \(Format.plain($0))" } ?? "")
                    + (attempt.answeredModel.map { ", by \(Format.plain($0))" } ?? "")
            )
        }
        if attempt.usage.prompt != nil || attempt.usage.output != nil {
            lines.append(tokens(attempt.usage))
            lines += unpriced(attempt.usage)
        }
        let source =
            switch attempt.costOrigin {
            case .unknown: "no price or no count"
            case .receipt: "the provider's receipt"
            case .priced: "prices of event \(attempt.pricesPosition)"
            case .estimated: "an estimate"
            case .uncharged: "nothing that is charged for"
            }
        lines.append("cost \(Format.cost(attempt.cost)), from \(source)")
        return lines + unreserved(attempt)
    }

    /// What an estimate left out; nothing for most answers.
    private static func unreserved(_ attempt: AttemptFinished) -> [String] {
        let tokens = attempt.unreservedOutput.map { "about \(Format.count($0, "token")) out" }
        let cost = attempt.unreservedCost.map { Format.cost($0) }
        let parts = [tokens, cost].compactMap(\.self)
        guard !parts.isEmpty else { return [] }
        return [
            "not counted: " + parts.joined(separator: ", ")
                + " beyond what was asked for and reserved, which the provider may bill"
        ]
    }

    private static func tokens(_ usage: TokenUsage) -> String {
        let parts: [(Int?, String)] = [
            (usage.input, "in"), (usage.cachedInput, "cached"), (usage.cacheWrite, "cache write"),
            (usage.cacheWriteHour, "of them for an hour"),
            (usage.output, "out"), (usage.reasoning, "of them reasoning"),
        ]
        let known = parts.compactMap { count, name in count.map { "\($0) \(name)" } }
        return "tokens: " + known.joined(separator: ", ") + " (counted by \(usage.origin.counter))"
    }

    /// What was used that list prices per token don't cover; nothing for most answers.
    private static func unpriced(_ usage: TokenUsage) -> [String] {
        var lines: [String] = []
        if let tier = usage.serviceTier {
            lines.append(
                "service tier: \(Format.plain(tier))"
                    + (usage.isStandardTier ? "" : ", whose price is not known")
            )
        }
        if let count = usage.unpriced, count > 0 {
            lines.append("\(count) tokens of audio or requests of its tools, without a known price")
        }
        return lines
    }

    /// What the client asked for.
    private static func question(_ content: RequestReceived) -> String {
        let features = content.features
        let isEmbedding = content.operation == .embeddings
        let limit = isEmbedding ? nil : features.outputLimit
        return "model '\(Format.plain(content.requestedModel))'"
            + (content.isStreamed ? ", streamed, " : ", ")
            + Format.count(features.messages, isEmbedding ? "text" : "message")
            + (isEmbedding ? " to embed" : "")
            + ", \(Format.count(features.promptBytes, "byte")) of prompt, about "
            + Format.count(features.inputTokens, "token")
            + (limit.map { ", at most \($0) back" } ?? "")
    }

    private var outcome: [String] {
        guard let completed = record.completed?.content else { return [] }
        var lines = Self.rejected(completed.skipped, title: "Not asked any more") + ["", "Outcome"]
        lines.append(
            "  \(completed.outcome.name), \(Format.status(completed.status)), "
                + Format.count(completed.attempts, "attempt")
        )
        if let message = completed.message {
            lines.append("  told the client: \(Format.plain(message))")
        }
        guard !completed.isEndedByCrash else {
            return lines + ["  latency: unknown, since Logway itself ended before the request did"]
        }
        let first = completed.firstByteMicroseconds.map {
            " · first byte \(Format.time(microseconds: $0))"
        }
        let total = "total " + Format.time(microseconds: completed.totalMicroseconds)
        let decided =
            "decide \(Format.time(microseconds: completed.decideMicroseconds)) · wait for the "
            + "decision's sync "
            + Format.time(microseconds: completed.logWaitMicroseconds) + (first ?? "") + " · "
        // What was not decided did not wait for that.
        lines.append("  latency: " + (record.decided == nil ? "" : decided) + total)
        return lines
    }

    private var judged: [String] {
        guard !record.feedback.isEmpty else { return [] }
        return ["", "Feedback"]
            + record.feedback.indices.map { index in
                let content = record.feedback[index].content
                let note =
                    record.isReplaced(feedback: index)
                    ? " (not counted: judged again by a later score)" : ""
                return "  \(Format.score(Double(content.score) / 1_000_000)) by "
                    + Format.plain(content.source + (content.comment.map { ": \($0)" } ?? ""))
                    + note
            }
    }
}

extension UsageOrigin {
    /// Who counted, as a noun.
    fileprivate var counter: String {
        switch self {
        case .unknown: "nobody"
        case .provider: "the provider"
        case .estimated: "an estimate"
        case .mixed: "the provider, completed by an estimate"
        }
    }
}

/// Texts from outside, separated by commas.
private func list(_ texts: [String]) -> String {
    texts.map(Format.plain).joined(separator: ", ")
}

/// Without the line end.
private func trimmed(_ text: String) -> String {
    String(text.dropLast())
}
