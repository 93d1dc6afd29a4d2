import EventLog
import Events
import Foundation
import GRDB
import Reporting
import TestSupport
import Testing

@testable import Projections

@Suite("Checksums of the read model")
struct ChecksumTests {
    static func folder(seed: UInt64, steps: Int = 400) throws -> Folder {
        let folder = Folder()
        try folder.write(EventScript(seed: seed, steps: steps).events)
        try folder.model().catchUp()
        return folder
    }

    /// The names of a table's columns, those of its key first.
    static func columns(
        _ table: CheckedTable,
        _ folder: Folder
    ) throws -> (all: [String], key: [String]) {
        try DatabaseQueue(path: folder.file).read { database in
            let all = try database.columns(in: table.name)
            let key = try database.primaryKey(table.name).columns
            return (all.map(\.name), key)
        }
    }

    @Test func `what was folded comes to its checksums`() throws {
        let folder = try Self.folder(seed: SeededRandom.seed())
        #expect(try ReadModel.problem(in: folder.path) == nil)
        let tables = try DatabaseQueue(path: folder.file).read { database in
            try Int.fetchAll(database, sql: "SELECT DISTINCT of FROM checksums ORDER BY of")
        }
        #expect(tables == CheckedTable.allCases.map(\.rawValue), "no table is empty in this story")
    }

    @Test(arguments: CheckedTable.allCases)
    func `any value that is changed in any table is found`(table: CheckedTable) throws {
        let folder = try Self.folder(seed: 7)
        let whole = try Data(contentsOf: URL(filePath: folder.file))
        let (columns, key) = try Self.columns(table, folder)
        // NULL, too, becomes something.
        for column in columns {
            let isID = column == "id"
            try folder.removeReadModel()
            try whole.write(to: URL(filePath: folder.file))
            let order = key.map { "\($0) DESC" }.joined(separator: ", ")
            let value =
                isID
                ? "x'0123456789abcdef0123456789abcdef'"
                : """
                CASE typeof(r.\(column)) WHEN 'text' THEN r.\(column) || 'x' \
                WHEN 'integer' THEN r.\(column) + 1 ELSE (SELECT \
                CASE WHEN type = 'TEXT' THEN 'x' ELSE 1 END FROM \
                pragma_table_info('\(table.name)') WHERE name = '\(column)') END
                """
            try folder.execute(
                """
                UPDATE \(table.name) AS t SET \(column) = (SELECT \(value) FROM \(table.name) r \
                WHERE \(key.map { "r.\($0) = t.\($0)" }.joined(separator: " AND "))) \
                WHERE (\(key.joined(separator: ", "))) = \
                (SELECT \(key.joined(separator: ", ")) FROM \(table.name) ORDER BY \(order) LIMIT 1)
                """
            )
            let problem = try #require(try ReadModel.problem(in: folder.path), "\(column)")
            #expect(problem.contains(table.name), "\(column): \(problem)")
        }
    }

    @Test(arguments: CheckedTable.allCases)
    func `a row that is deleted, added or doubled is found`(table: CheckedTable) throws {
        let folder = try Self.folder(seed: 8)
        let whole = try Data(contentsOf: URL(filePath: folder.file))
        let (columns, key) = try Self.columns(table, folder)
        let first = key.joined(separator: ", ")
        // As another row of the same part would be: equal but for the last part of its key.
        let copied = columns.map { column in
            if column == "id" { return "x'0123456789abcdef0123456789abcdef'" }
            guard column == key.last else { return column }
            return """
                CASE typeof(\(column)) WHEN 'text' THEN \(column) || 'x' \
                ELSE \(column) + 1000000 END
                """
        }
        let changes = [
            "DELETE FROM \(table.name) WHERE (\(first)) = (SELECT \(first) FROM \(table.name) LIMIT 1)",
            "DELETE FROM \(table.name)",
            """
            INSERT INTO \(table.name) SELECT \(copied.joined(separator: ", ")) \
            FROM \(table.name) LIMIT 1
            """,
        ]
        for change in changes {
            try folder.removeReadModel()
            try whole.write(to: URL(filePath: folder.file))
            try folder.execute(change)
            #expect(try ReadModel.problem(in: folder.path) != nil, "\(change)")
        }
    }

    @Test func `a checksum that is changed or removed is found`() throws {
        let folder = try Self.folder(seed: 9)
        let whole = try Data(contentsOf: URL(filePath: folder.file))
        for change in [
            "UPDATE checksums SET sum = sum + 1 WHERE of = 8",
            "UPDATE checksums SET rows = rows + 1 WHERE of = 1", "DELETE FROM checksums",
            "DELETE FROM checksums WHERE of = 2",
        ] {
            try folder.removeReadModel()
            try whole.write(to: URL(filePath: folder.file))
            try folder.execute(change)
            #expect(try ReadModel.problem(in: folder.path) != nil, "\(change)")
        }
    }

    @Test func `an answer never rests on rows that were changed`() throws {
        let seed = SeededRandom.seed()
        var remade = 0
        for run in 0..<24 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let story = EventScript(seed: seed &+ UInt64(run), steps: 300)
            let folder = Folder()
            try folder.write(story.events)
            try folder.model().catchUp()
            let change = draws.one(of: [
                // A sum that is as large as sums may be has no successor.
                "UPDATE month_lines SET cost = max(cost, 1) - 1 + (cost < 1) WHERE kind = 0",
                "UPDATE month_lines SET name = name || 'x' WHERE kind = 4",
                "UPDATE month_outcomes SET count = 7", "UPDATE months SET local_requests = 99",
                "DELETE FROM requests WHERE received % 2 = 0",
                "UPDATE requests SET cost = 3", "UPDATE requests SET task = 'x'",
                "DELETE FROM request_labels WHERE kind = 5",
                "DELETE FROM attempts", "DELETE FROM attempt_ends", "DELETE FROM feedback",
                "DELETE FROM month_lines WHERE kind = 2",
            ])
            try folder.execute(change)
            let month = CalendarMonth(story.now.date)
            var report = CostReport(year: month.year, month: month.month)
            var list = RequestList()
            for (index, event) in story.events.enumerated() {
                report.apply(event)
                list.apply(event, sequence: UInt64(index + 1))
            }
            var filter = RequestFilter()
            if draws.oneIn(2) { filter.outcome = .answered }
            let model = try folder.model()
            let limit = draws.one(of: [1, 5, Int.max])
            try #require(try model.costs(of: month).json == report.json, "\(change)")
            let lines = try model.requests(limit, filter)
            let expected = list.newest(limit, filter)
            try #require(lines == expected.map(RequestLine.init), "\(change), run \(run)")
            let records = try model.records(limit, filter)
            try #require(records.map(\.json) == expected.map(\.json), "\(change), run \(run)")
            if !folder.notices.isEmpty { remade += 1 }
        }
        #expect(remade > 8)
    }

    @Test func `what was changed is found after it was folded over, too`() throws {
        let story = EventScript(seed: 4, steps: 600)
        let folder = Folder()
        let half = story.events.count / 2
        try folder.write(Array(story.events.prefix(half)))
        try folder.model().catchUp()
        try folder.execute("UPDATE month_lines SET cost = cost + 7, requests = 1")
        try folder.write(Array(story.events.dropFirst(half)))
        try folder.model().catchUp()
        #expect(try ReadModel.problem(in: folder.path)?.contains("month_lines") == true)
        var month = CalendarMonth(EventScript.start.date)
        while month.start <= story.now {
            var report = CostReport(year: month.year, month: month.month)
            for event in story.events { report.apply(event) }
            #expect(try folder.model().costs(of: month).json == report.json)
            month = month.next
        }
        #expect(folder.notices.contains { $0.contains("not as they were written") })
        #expect(try ReadModel.problem(in: folder.path) == nil)
    }

    @Test func `checksums do not depend on the batches that rows came in`() throws {
        let story = EventScript(seed: 5, steps: 500)
        let (once, often) = (Folder(), Folder())
        try once.write(story.events)
        try once.model().catchUp()
        var rest = story.events[...]
        while !rest.isEmpty {
            try often.write(Array(rest.prefix(37)))
            rest = rest.dropFirst(37)
            try often.model().catchUp()
        }
        func sums(_ folder: Folder) throws -> [String] {
            try folder.dump().filter { $0.hasPrefix("checksums") }
        }
        #expect(try sums(once) == sums(often))
    }

    @Test func `a file that is not there or of another build is no problem`() throws {
        let folder = try Self.folder(seed: 2, steps: 20)
        try folder.execute("PRAGMA user_version = 1")
        #expect(try ReadModel.problem(in: folder.path) == nil)
        try folder.removeReadModel()
        #expect(try ReadModel.problem(in: folder.path) == nil)
        try Data("photographs".utf8).write(to: URL(filePath: folder.file))
        #expect(try ReadModel.problem(in: folder.path) != nil)
    }
}
