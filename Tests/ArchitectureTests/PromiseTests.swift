import Foundation
import Testing

/// docs/durability.md names the test that holds each promise; this holds the page to it.
@Suite struct PromiseTests {
    /// A file below Tests and the name of a test in it.
    struct NamedTest {
        let file: String
        let name: String
    }

    /// What the page names as `file: "name"`.
    static func named() throws -> [NamedTest] {
        let page = LayeringTests.root.appending(path: "docs/durability.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.matches(of: /`([\w\/]+\.(?:swift|py)):\s+"([^"`]+)"`/).map { match in
            NamedTest(file: String(match.1), name: String(match.2))
        }
    }

    @Test func `every test that a promise names exists`() throws {
        let named = try Self.named()
        #expect(named.count > 30)
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
