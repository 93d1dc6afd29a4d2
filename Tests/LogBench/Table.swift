import Foundation

/// The lines of the benchmark: a figure for each round, a reference, and what is asked for.
struct Table {
    private var rows: [[String]] = [["", "median", "worst", "reference", "ratio", "asked", ""]]

    /// Adds a figure.
    ///
    /// - Parameters:
    ///   - name: what was measured.
    ///   - values: of each round.
    ///   - unit: of the values.
    ///   - reference: what was measured beside it in the same rounds.
    ///   - limit: what is asked of the median, or with a reference of the median ratio.
    mutating func add(
        _ name: String,
        _ values: [Double],
        _ unit: String,
        reference: [Double]? = nil,
        _ limit: Limit
    ) {
        let ratios = reference.map { zip(values, $0).map { $0 / $1 } }
        let judged = (limit.isRatio ? ratios : nil) ?? values
        let isMet = limit.isAtMost ? judged.median <= limit.value : judged.median >= limit.value
        let worst = (limit.isAtMost ? values.max() : values.min()) ?? 0
        rows.append([
            name, Self.text(values.median, unit), Self.text(worst, unit),
            reference.map { Self.text($0.median, unit) } ?? "",
            ratios.map { Self.text($0.median, "×") } ?? "",
            (limit.isAtMost ? "≤ " : "≥ ") + Self.text(limit.value, limit.isRatio ? "×" : unit),
            isMet ? "met" : "MISSED",
        ])
    }

    /// What is asked of a figure.
    struct Limit {
        var value: Double
        var isAtMost: Bool
        var isRatio = false

        static func atMost(_ value: Double) -> Limit { Limit(value: value, isAtMost: true) }
        static func atLeast(_ value: Double) -> Limit { Limit(value: value, isAtMost: false) }
        static func ratioAtMost(_ value: Double) -> Limit {
            Limit(value: value, isAtMost: true, isRatio: true)
        }
        static func ratioAtLeast(_ value: Double) -> Limit {
            Limit(value: value, isAtMost: false, isRatio: true)
        }
    }

    private static func text(_ value: Double, _ unit: String) -> String {
        let number =
            value >= 10_000
            ? String(format: "%.0f", value) : String(format: value >= 100 ? "%.0f" : "%.2f", value)
        return "\(number) \(unit)"
    }

    /// The table in Markdown.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return "| " + cells.joined(separator: " | ") + " |"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ")
        lines.insert("| \(rule) |", at: 1)
        return lines.joined(separator: "\n")
    }
}
