public import Events
import GRDB
public import Reporting

extension ReadModel {
    /// The cost report of a month (UTC), from its sums.
    ///
    /// - Throws: as `catchUp`.
    public func costs(of month: CalendarMonth) throws -> CostReport {
        try read { database in
            let part = Int64(month.column)
            for table in [CheckedTable.months, .monthOutcomes, .monthLines] {
                try database.check(table, parts: part...part)
            }
            var tables: [MonthSums.Key.Kind: [String: AttemptSums]] = [:]
            let lines = try database.rows(
                "SELECT kind, name, \(AttemptSums.columns) FROM month_lines WHERE month = ?",
                [month.column]
            ) { row in
                (
                    kind: MonthSums.Key.Kind(rawValue: try row.value(0)),
                    name: try row.value(1, String.self), line: try AttemptSums(row, from: 2)
                )
            }
            for (kind, name, line) in lines {
                if let kind { tables[kind, default: [:]][name] = line }
            }
            let sums = try MonthSums(month, RowSums(database))
            return CostReport(
                year: month.year,
                month: month.month,
                total: tables[.total]?[MonthSums.Key.total.name] ?? AttemptSums(),
                byProvider: tables[.provider] ?? [:],
                byModel: tables[.model] ?? [:],
                byTask: tables[.task] ?? [:],
                byTag: tables[.tag] ?? [:],
                ended: sums.ended
            )
        }
    }
}
