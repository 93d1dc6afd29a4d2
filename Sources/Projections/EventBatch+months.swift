import Events
import GRDB
import Reporting

/// What counts in the months' sums, by the rules of `CostReport`.
extension EventBatch {
    /// Counts an attempt that ended, before it is added to its request.
    mutating func count(
        _ attempt: AttemptFinished,
        of request: ProjectedRequest?,
        in month: CalendarMonth
    ) throws {
        // What is known of the request in this month.
        let known = request?.isKnown(in: month) == true ? request : nil
        let earlier = known?.ends.filter { CalendarMonth($0.time.date) == month } ?? []
        let asked = Set(earlier.flatMap { $0.keys })
        let labels = known?.reportLabels ?? [MonthSums.Key(.task, "none")]
        let end = MonthSums.Key.asked(attempt.provider, attempt.model)
        try change(month) { sums in
            for key in [.total] + labels {
                try sums.change(key) { line in
                    line.add(attempt)
                    if earlier.isEmpty { line.requests += 1 }
                }
            }
            for key in end {
                try sums.change(key) { line in
                    line.add(attempt)
                    if !asked.contains(key) { line.requests += 1 }
                }
            }
        }
    }

    /// Records a score and counts it.
    mutating func judge(
        _ feedback: FeedbackReceived,
        sequence: UInt64,
        at time: Timestamp
    ) throws {
        let month = CalendarMonth(time.date)
        let id = feedback.request.column
        // The last score of this judge: the log's time never goes back, so an earlier one of the
        // month is the last of all.
        let last = try database.rows(
            """
            SELECT score, received_us FROM feedback WHERE id = ? AND source = ? \
            ORDER BY sequence DESC LIMIT 1
            """,
            [id, feedback.source]
        ) { row in (score: try row.value(0, Int.self), time: try row.time(1)) }.first
        let earlier = last.flatMap { CalendarMonth($0.time.date) == month ? $0.score : nil }
        try rows.write(
            [sequence, id, feedback.source, feedback.score, time.microseconds],
            to: .feedback,
            part: CheckedTable.feedback.part(sequence)
        )
        var keys = [MonthSums.Key.total]
        if let request = try request(feedback.request), request.isKnown(in: month) {
            let end = request.ends.last { CalendarMonth($0.time.date) == month }
            keys += (end?.keys ?? []) + request.reportLabels
        }
        try change(month) { sums in
            for key in keys {
                try sums.change(key) { $0.add(score: feedback.score, insteadOf: earlier) }
            }
        }
    }
}

extension MonthSums.Key {
    /// The sums of a provider and of its model.
    static func asked(_ provider: String, _ model: String) -> [MonthSums.Key] {
        [MonthSums.Key(.provider, provider), MonthSums.Key(.model, "\(provider):\(model)")]
    }
}

extension ProjectedRequest.End {
    fileprivate var keys: [MonthSums.Key] { MonthSums.Key.asked(provider, model) }
}

extension ProjectedRequest {
    /// The sums that every attempt of it counts in, besides the total.
    fileprivate var reportLabels: [MonthSums.Key] {
        [MonthSums.Key(.task, task ?? "none")] + Set(tags).map { MonthSums.Key(.tag, $0) }
    }
}
