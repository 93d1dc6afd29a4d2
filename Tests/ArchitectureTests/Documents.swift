import Foundation

/// The texts of the repository, for the tests that hold the documents to what they say.
enum Documents {
    static let root = LayeringTests.root

    /// A file's text, by its path from the repository's root.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The paths of files below a folder whose names end so, sorted.
    static func paths(below folder: String, _ suffix: String = "") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(suffix) && !$0.contains("__pycache__") }
            .map { "\(folder)/\($0)" }
            .filter {
                let values = try root.appending(path: $0).resourceValues(forKeys: [
                    .isRegularFileKey
                ])
                return values.isRegularFile == true
            }
            .sorted()
    }

    /// README.md and every page below docs.
    static func pages() throws -> [String] { try ["README.md"] + paths(below: "docs", ".md") }

    /// What stands between a heading's line and the next heading of the same or a higher rank.
    static func section(_ heading: String, of text: String) -> Substring? {
        guard let start = text.range(of: "\n\(heading)\n") else { return nil }
        let rank = heading.prefix { $0 == "#" }.count
        let rest = text[start.upperBound...]
        var from = rest.startIndex
        while let match = rest[from...].firstMatch(of: #/\n(#+)\x20/#) {
            if match.1.count <= rank { return rest[..<match.range.lowerBound] }
            from = match.range.upperBound
        }
        return rest
    }

    /// The rows of every table in a text, each as its cells, heads and rules left out.
    static func rows(of text: some StringProtocol) -> [[String]] {
        var (found, isBody): ([[String]], Bool) = ([], false)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                isBody = false
                continue
            }
            if line.hasPrefix("|--") || line.hasPrefix("| --") {
                isBody = true
            } else if isBody {
                found.append(cells(of: line))
            }
        }
        return found
    }

    /// The cells of a table's line.
    private static func cells(of line: some StringProtocol) -> [String] {
        line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
