/// A table in plain text: columns aligned by spaces, so that it reads the same everywhere.
public struct TextTable: Sendable {
    /// A column's heading and the side its cells lean to.
    public struct Column: Sendable {
        /// The heading.
        public var title: String
        /// Whether cells end at the column's right edge, as numbers do.
        public var isNumeric: Bool

        /// A column of text.
        public static func text(_ title: String) -> Column {
            Column(title: title, isNumeric: false)
        }

        /// A column of numbers.
        public static func number(_ title: String) -> Column {
            Column(title: title, isNumeric: true)
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row, one cell for each column; a cell stays on its line, whatever it holds.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(Format.plain))
    }

    /// Whether there is no row.
    public var isEmpty: Bool { rows.isEmpty }

    /// The table, each line after `indent` spaces and with a line end.
    public func text(indent: Int = 0) -> String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = String(repeating: " ", count: indent)
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += columns[column].isNumeric ? padding + cell : cell + padding
                if column < row.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
