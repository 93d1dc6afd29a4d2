import Foundation
import Testing

/// Pages of docs name the tests that hold what they promise; this holds the pages to it.
@Suite struct PromiseTests {
    /// A file below Tests and the name of a test in it.
    struct NamedTest {
        let file: String
        let name: String
    }

    /// What a page names as `file: "name"`.
    static func named(in page: String) throws -> [NamedTest] {
        let page = LayeringTests.root.appending(path: "docs/\(page).md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.matches(of: /`([\w\/]+\.(?:swift|py)):\s+"([^"`]+)"`/).map { match in
            NamedTest(file: String(match.1), name: String(match.2))
        }
    }

    @Test(arguments: [
        ("durability", 30), ("compatibility", 25), ("security", 60), ("limits", 45), ("errors", 1),
    ])
    func `every test that a promise names exists`(page: String, count: Int) throws {
        let named = try Self.named(in: page)
        #expect(named.count > count)
        for test in named {
            let file = LayeringTests.root.appending(path: "Tests/\(test.file)")
            let text = try String(contentsOf: file, encoding: .utf8)
            let declaration =
                test.file.hasSuffix(".py") ? "def \(test.name)(" : "func `\(test.name)`("
            #expect(text.contains(declaration), "\(test.file) has no test \(test.name)")
        }
    }

    @Test func `every paragraph on what happens names a test, or says why there is none`() throws {
        let page = LayeringTests.root.appending(path: "docs/durability.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "## What happens on"))
        let end = try #require(text.range(of: "## How it is proven"))
        for paragraph in text[start.upperBound..<end.lowerBound].split(separator: "\n\n")
        where paragraph.hasPrefix("**") {
            #expect(paragraph.contains(/\.(swift|py): "/), "\(paragraph.prefix(60))")
        }
    }
}
