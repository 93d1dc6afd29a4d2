import Events
import GRDB
import Reporting

/// Checks of what an answer about requests rests on.
extension Database {
    /// Checks that requests were found by a filter as they were written, and that none is missing.
    ///
    /// - Parameters:
    ///   - found: the sequence numbers of the requests that were found, newest first.
    ///   - filter: what was asked for.
    ///   - limit: how many were asked for.
    /// - Throws: `ChangedRows`.
    func check(_ found: [UInt64], by filter: RequestFilter, limit: Int) throws {
        var range: ClosedRange<Int64> = 0 ... .max
        if found.count == limit, let last = found.last {
            range = Int64(clamping: last) ... .max
        } else if let since = filter.since {
            let first = try place(
                "received_us >= ? ORDER BY received_us, received",
                since.microseconds
            )
            range = (first ?? .max) ... .max
        }
        if let until = filter.until {
            let last = try place(
                "received_us < ? ORDER BY received_us DESC, received DESC",
                until.microseconds
            )
            range = range.lowerBound...max(range.lowerBound, last ?? 0)
        }
        let table = CheckedTable.requests
        let labels = RequestQuery.labels(filter)
        guard let first = labels.first else {
            return try check(
                table,
                parts: table.part(range.lowerBound)...table.part(range.upperBound)
            )
        }
        for label in labels { try check(label) }
        let blocks = try rows(
            """
            SELECT DISTINCT request >> \(CheckedTable.blockBits) FROM request_labels \
            WHERE kind = ? AND name = ? AND request BETWEEN ? AND ?
            """,
            [first.kind.rawValue, first.name, range.lowerBound, range.upperBound]
        ) { try $0.value(0, Int64.self) }
        for block in blocks { try check(table, parts: block...block) }
    }

    private func place(_ condition: String, _ time: Int64) throws -> Int64? {
        try rows("SELECT received FROM requests WHERE \(condition) LIMIT 1", [time]) {
            try $0.value(0, Int64.self)
        }.first
    }

    /// Checks what tells where the events of some requests are.
    ///
    /// - Throws: `ChangedRows`.
    func checkPlaces(of found: [UInt64]) throws {
        for table in [CheckedTable.attempts, .attemptEnds] {
            for part in Set(found.map { table.part($0) }) { try check(table, parts: part...part) }
        }
        // Feedback goes by its own place, which is anywhere behind its request.
        guard let first = found.min() else { return }
        let table = CheckedTable.feedback
        try check(table, parts: table.part(first)...table.part(Int64.max))
    }
}
