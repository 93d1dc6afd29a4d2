import GRDB

/// Writes rows and keeps the checksums of their parts, which are written once at a batch's end.
///
/// A class, since requests and months that a batch changes share it.
final class RowSums {
    private struct Place: Hashable {
        let table: CheckedTable
        let part: Int64
    }

    private struct Change {
        var rows = 0
        var sum: UInt64 = 0
    }

    let database: Database
    private let interruption: Interruption
    private var changes: [Place: Change] = [:]

    /// Nothing changed yet.
    init(_ database: Database, _ interruption: Interruption = Interruption { true }) {
        self.database = database
        self.interruption = interruption
    }

    /// Writes a row in the place of one with this hash, or of none.
    ///
    /// - Returns: the hash of the row.
    @discardableResult
    func write(
        _ row: [(any ColumnValue)?],
        to table: CheckedTable,
        part: Int64,
        insteadOf old: UInt64? = nil
    ) throws -> UInt64 {
        try interruption.check()
        let hash = Self.hash(row, table)
        guard hash != old else { return hash }
        try database.run(table.insertion, row)
        if let old { count(table, part, -1, old) }
        count(table, part, 1, hash)
        return hash
    }

    /// Writes a label's row unless it is there.
    func writeOnce(_ label: RequestLabel, of request: UInt64) throws {
        try interruption.check()
        let row: [(any ColumnValue)?] = [label.kind.rawValue, label.name, request]
        try database.run("INSERT OR IGNORE INTO request_labels VALUES (?, ?, ?)", row)
        guard database.changesCount > 0 else { return }
        count(.requestLabels, label.part, 1, Self.hash(row, .requestLabels))
    }

    /// Deletes the rows that a condition lets through.
    func delete(
        from table: CheckedTable,
        where condition: String,
        _ arguments: [(any ColumnValue)?] = []
    ) throws {
        let found = try database.rows(
            "SELECT * FROM \(table.name) WHERE \(condition)",
            arguments
        ) { row in (part: try row.part(of: table), hash: row.hash(of: table)) }
        try interruption.check()
        for row in found { count(table, row.part, -1, row.hash) }
        try database.run("DELETE FROM \(table.name) WHERE \(condition)", arguments)
    }

    private func count(_ table: CheckedTable, _ part: Int64, _ rows: Int, _ hash: UInt64) {
        let place = Place(table: table, part: part)
        changes[place, default: Change()].rows += rows
        changes[place, default: Change()].sum &+= rows > 0 ? hash : 0 &- hash
    }

    /// Writes what changed into the file.
    func save() throws {
        for (place, change) in changes {
            try interruption.check()
            let key: [(any ColumnValue)?] = [place.table.rawValue, place.part]
            let known = try database.rows(
                "SELECT rows, sum FROM checksums WHERE of = ? AND part = ?",
                key
            ) { row in (rows: try row.value(0, Int.self), sum: try row.value(1, Int64.self)) }.first
            let rows = (known?.rows ?? 0) &+ change.rows
            let sum = UInt64(bitPattern: known?.sum ?? 0) &+ change.sum
            if rows == 0, sum == 0 {
                try database.run("DELETE FROM checksums WHERE of = ? AND part = ?", key)
            } else {
                try database.run(
                    "INSERT OR REPLACE INTO checksums VALUES (?, ?, ?, ?)",
                    key + [rows, Int64(bitPattern: sum)]
                )
            }
        }
        changes = [:]
    }

    private static func hash(_ row: [(any ColumnValue)?], _ table: CheckedTable) -> UInt64 {
        var hash = RowHash(of: table)
        for value in row {
            if let value { value.mix(into: &hash) } else { hash.mixNull() }
        }
        return hash.value
    }
}

extension ResultRow {
    /// The part of a row of a table, all of whose columns are there in their order.
    func part(of table: CheckedTable) throws -> Int64 {
        switch table {
        case .requestLabels: RequestLabel.part(try value(0), try value(1))
        case .localProviders: 0
        case .requests, .attempts, .attemptEnds, .feedback, .months, .monthOutcomes, .monthLines:
            // What it goes by is the first column of each.
            table.part(try value(0, Int64.self))
        }
    }
}
