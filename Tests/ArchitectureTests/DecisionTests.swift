import Foundation
import Testing

/// docs/decisions: every page in the form of its index's template, and in the index.
@Suite("Decisions")
struct DecisionTests {
    static func pages() throws -> [String] {
        try Documents.paths(below: "docs/decisions", ".md").filter { !$0.hasSuffix("README.md") }
    }

    @Test func `every page has the form of the template`() throws {
        for path in try Self.pages() {
            let text = try Documents.text(path)
            let number = try #require(path.firstMatch(of: /(\d{4})-[\w-]+\.md$/), "\(path)").1
            #expect(
                text.contains(
                    #/
                    ^\#\x20\d{4}:\x20.+\n\n
                    Status:\x20(accepted|superseded\x20by\x20\[\d{4}\]\([\w.-]+\)),\x20\d{4}-\d\d-\d\d
                    /#
                ),
                "\(path) has no title or no status"
            )
            #expect(text.hasPrefix("# \(number): "), "\(path) has another number than its file")
            let headings = text.matches(of: /(?m)^## (.*)$/).map { String($0.1) }
            #expect(
                headings == ["Context", "Decision", "Consequences"]
                    || headings == ["Context", "Decision", "Rejected", "Consequences"],
                "\(path) has the sections \(headings)"
            )
        }
    }

    @Test func `the index has every page with its title, status and date`() throws {
        let index = Documents.rows(of: try Documents.text("docs/decisions/README.md"))
        let pages = try Self.pages()
        for (row, path) in zip(index, pages) {
            let text = try Documents.text(path)
            let name = URL(filePath: path).lastPathComponent
            let head = try #require(
                text.firstMatch(
                    of:
                        #/
                        ^\#\x20(\d{4}):\x20(.+)\n\n
                        Status:\x20(accepted|superseded\x20by\x20[^,]+),\x20(\d{4}-\d\d-\d\d)
                        /#
                )
            )
            #expect(row == ["[\(head.1)](\(name))", "\(head.2)", "\(head.3)", "\(head.4)"])
        }
        #expect(index.count == pages.count)
    }
}
