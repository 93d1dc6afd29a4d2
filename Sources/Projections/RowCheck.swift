import Events
import GRDB

/// Rows are not as they were written: the disk or a hand changed, added or removed some.
struct ChangedRows: Error, CustomStringConvertible {
    let table: CheckedTable
    let part: Int64

    var description: String {
        let place =
            switch table {
            case .months, .monthOutcomes, .monthLines:
                " of \(CalendarMonth(column: Int(clamping: part)))"
            case .requests, .attempts, .attemptEnds, .feedback:
                " of events \(table.values(of: part...part).lowerBound) to "
                    + "\(table.values(of: part...part).upperBound)"
            case .requestLabels, .localProviders: ""
            }
        return "the rows of \(table.name)\(place) are not as they were written"
    }
}

/// Holds rows against the checksums that were written with them.
extension Database {
    /// Checks the rows of some parts of a table that goes by a column.
    ///
    /// - Throws: `ChangedRows`.
    func check(_ table: CheckedTable, parts: ClosedRange<Int64>) throws {
        guard let column = table.column else { return try check(table) }
        let values = table.values(of: parts)
        try compare(
            table,
            rows: "WHERE \(column) BETWEEN ? AND ?",
            [values.lowerBound, values.upperBound],
            sums: "AND part BETWEEN ? AND ?",
            [parts.lowerBound, parts.upperBound]
        )
    }

    /// Checks the rows of a label.
    ///
    /// - Throws: `ChangedRows`.
    func check(_ label: RequestLabel) throws {
        try compare(
            .requestLabels,
            rows: "WHERE kind = ? AND name = ?",
            [label.kind.rawValue, label.name],
            sums: "AND part = ?",
            [label.part]
        )
    }

    /// Checks all rows of a table.
    ///
    /// - Throws: `ChangedRows`.
    func check(_ table: CheckedTable) throws {
        try compare(table, rows: "", [], sums: "", [])
    }

    private func compare(
        _ table: CheckedTable,
        rows condition: String,
        _ arguments: [(any ColumnValue)?],
        sums: String,
        _ sumArguments: [(any ColumnValue)?]
    ) throws {
        var found: [Int64: (rows: Int, sum: UInt64)] = [:]
        try forEachRow("SELECT * FROM \(table.name) \(condition)", arguments) { row in
            let part = try row.part(of: table)
            found[part, default: (0, 0)].rows += 1
            found[part, default: (0, 0)].sum &+= row.hash(of: table)
        }
        let written = try self.rows(
            "SELECT part, rows, sum FROM checksums WHERE of = ? \(sums)",
            [table.rawValue] + sumArguments
        ) { row in
            (
                part: try row.value(0, Int64.self), rows: try row.value(1, Int.self),
                sum: UInt64(bitPattern: try row.value(2, Int64.self))
            )
        }
        for line in written {
            let rows = found.removeValue(forKey: line.part) ?? (0, 0)
            guard rows == (line.rows, line.sum) else {
                throw ChangedRows(table: table, part: line.part)
            }
        }
        // Rows of a part that has no checksum were not written by a fold.
        if let part = found.keys.min() { throw ChangedRows(table: table, part: part) }
    }
}
