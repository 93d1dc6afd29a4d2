import Foundation
import Testing

/// docs/benchmarks: what was measured, as data; docs/benchmarks.md shows some of it.
@Suite("Benchmarks")
struct BenchmarkTests {
    static let columns = [
        "date", "commit", "machine", "command", "figure", "value", "unit", "reference",
        "reference_value", "ratio", "note",
    ]

    /// The records of a file of comma-separated values, each by its columns' names.
    static func records(_ path: String) throws -> [[String: String]] {
        let lines = try Documents.text(path).split(separator: "\n").map(Self.fields)
        try #require(lines.first == columns, "\(path) has other columns")
        return try lines.dropFirst().map { fields in
            try #require(fields.count == columns.count, "\(path): \(fields)")
            return Dictionary(uniqueKeysWithValues: zip(columns, fields))
        }
    }

    /// The fields of a line, which may stand in quotes.
    private static func fields(_ line: Substring) -> [String] {
        var (fields, field, isQuoted): ([String], String, Bool) = ([], "", false)
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            default: field.append(character)
            }
        }
        return fields + [field]
    }

    @Test func `every row of the history is a figure`() throws {
        let paths = try Documents.paths(below: "docs/benchmarks", ".csv")
        #expect(paths.count >= 6)
        for path in paths {
            for record in try Self.records(path) {
                let date = record["date"] ?? ""
                #expect(date.isEmpty || date.contains(/^20\d\d-[01]\d-[0-3]\d$/), "\(record)")
                for column in ["value", "reference_value", "ratio"] {
                    let number = record[column] ?? ""
                    #expect(number.isEmpty || Double(number) != nil, "\(path): \(record)")
                }
                #expect(record["figure"]?.isEmpty == false, "\(path): \(record)")
                #expect(record["value"] != "" || record["ratio"] != "", "\(path): \(record)")
            }
        }
    }

    @Test func `every figure of the page is in the history`() throws {
        let history = try Documents.paths(below: "docs/benchmarks", ".csv").flatMap(Self.records)
        let page = try Documents.text("docs/benchmarks.md")
        let rows = Documents.rows(of: try #require(Documents.section("## Figures", of: page)))
        #expect(rows.count > 20)
        for row in rows {
            let amount = row[2].replacing(",", with: "").split(separator: " ")
            try #require(amount.count == 2, "\(row)")
            let found = history.filter {
                $0["figure"] == row[0] && $0["date"] == row[1] && $0["value"] == String(amount[0])
                    && $0["unit"] == String(amount[1])
            }
            #expect(!found.isEmpty, "no row of the history is \(row)")
            guard row.count == 7, !row[4].isEmpty else { continue }
            let reference = row[3].replacing(",", with: "")
            #expect(
                found.contains { $0["reference_value"] == reference && $0["ratio"] == row[4] },
                "the history has other references for \(row)"
            )
        }
    }
}
