import Yams

/// A YAML text in which single scalars are replaced and lines put in.
///
/// Changes are collected and made from the end on, so that places stay valid.
struct TextEditor {
    /// Where a scalar stands: its line and column from 0, and its length, in Unicode scalars.
    struct Span: Equatable {
        var line: Int
        var column: Int
        var length: Int
    }

    private struct Change {
        var span: Span
        var text: String
    }

    private let lines: [[Unicode.Scalar]]
    private var changes: [Change] = []

    init(_ text: String) {
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map(Array.init)
    }

    /// The changed text.
    var text: String {
        var lines = lines
        let last = changes.sorted {
            ($0.span.line, $0.span.column) > ($1.span.line, $1.span.column)
        }
        for change in last {
            let start = change.span.column
            lines[change.span.line].replaceSubrange(
                start..<(start + change.span.length),
                with: Array(change.text.unicodeScalars)
            )
        }
        var scalars = String.UnicodeScalarView()
        for (number, line) in lines.enumerated() {
            if number > 0 { scalars.append("\n") }
            scalars.append(contentsOf: line)
        }
        return String(scalars)
    }

    /// Where a scalar stands, quotation marks included; `nil` for one that is written in another way
    /// (escapes, several lines, an alias).
    func span(of node: Node) -> Span? {
        guard let value = node.scalar?.string, let mark = node.mark,
            lines.indices.contains(mark.line - 1)
        else { return nil }
        let line = lines[mark.line - 1]
        for written in ["\"\(value)\"", "'\(value)'", value] {
            let scalars = Array(written.unicodeScalars)
            let end = mark.column - 1 + scalars.count
            guard end <= line.count, Array(line[(mark.column - 1)..<end]) == scalars else {
                continue
            }
            return Span(line: mark.line - 1, column: mark.column - 1, length: scalars.count)
        }
        return nil
    }

    /// Whether a mapping or a list is written in braces or brackets, as in JSON; its node does not
    /// tell reliably.
    func isFlow(_ node: Node) -> Bool {
        guard let mark = node.mark, lines.indices.contains(mark.line - 1) else { return false }
        let rest = lines[mark.line - 1].dropFirst(mark.column - 1)
        return rest.first == "{" || rest.first == "["
    }

    /// What stands at a place.
    func source(at span: Span) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: lines[span.line][span.column..<(span.column + span.length)])
        return String(scalars)
    }

    /// The column of the dash before an item of a list.
    func dash(before span: Span) -> Int {
        lines[span.line][..<span.column].lastIndex(of: "-") ?? span.column
    }

    mutating func replace(_ node: Node, with text: String) -> Bool {
        guard let span = span(of: node) else { return false }
        replace(span, with: text)
        return true
    }

    mutating func replace(_ span: Span, with text: String) {
        changes.append(Change(span: span, text: text))
    }

    mutating func insert(_ text: String, after span: Span) {
        let end = Span(line: span.line, column: span.column + span.length, length: 0)
        changes.append(Change(span: end, text: text))
    }

    mutating func insert(_ text: String, before span: Span) {
        changes.append(
            Change(span: Span(line: span.line, column: span.column, length: 0), text: text)
        )
    }

    /// A line of its own after another one.
    mutating func insert(line text: String, indent: Int, after line: Int) {
        let end = Span(line: line, column: lines[line].count, length: 0)
        changes.append(Change(span: end, text: "\n" + String(repeating: " ", count: indent) + text))
    }

    /// A line of its own before another one.
    mutating func insert(line text: String, indent: Int, before line: Int) {
        let start = Span(line: line, column: 0, length: 0)
        changes.append(
            Change(span: start, text: String(repeating: " ", count: indent) + text + "\n")
        )
    }
}
