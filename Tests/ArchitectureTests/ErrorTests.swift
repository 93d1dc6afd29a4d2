import Foundation
import Testing

/// docs/errors.md: every code that a client can be told, and every kind of failure.
@Suite("Errors")
struct ErrorTests {
    /// What the code looks like: words with a line between them, and two that are one word.
    static var form: Regex<(Substring, Substring)> {
        /"([a-z]+(?:_[a-z]+)+|overloaded|stopping)"/
    }

    /// The codes that the sources give errors for clients.
    static func codes() throws -> Set<String> {
        let targets = ["Gateway", "ClientHTTP", "Platform", "ProviderClients", "Providers"]
        let paths = try targets.map { "Sources/" + $0 }
            .flatMap { try Documents.paths(below: $0, ".swift") }
        var found: Set<String> = []
        for path in paths {
            let text = try Documents.text(path)
            // As an argument with its label, or behind its status.
            for line in text.split(separator: "\n") where line.contains(" code: ") {
                for match in line.matches(of: form) { found.insert(String(match.1)) }
            }
            for match in text.matches(of: /\b[45]\d\d,\s*"([a-z_]+)"/) {
                found.insert(String(match.1))
            }
        }
        // The request's own, which are told by what failed.
        let failure = try Documents.text("Sources/Gateway/Requests/Errors/RequestFailure.swift")
        for head in ["private static func code(of ", "private var code: String {"] {
            let start = try #require(failure.range(of: head)).lowerBound
            let end = failure[start...].range(of: "\n    }\n")?.lowerBound ?? failure.endIndex
            for match in failure[start..<end].matches(of: form) { found.insert(String(match.1)) }
        }
        return found
    }

    static func rows(of heading: String) throws -> [[String]] {
        let page = try Documents.text("docs/errors.md")
        return Documents.rows(of: try #require(Documents.section(heading, of: page)))
    }

    @Test func `every code of an answer is on the page, and no other`() throws {
        let told = try Self.codes()
        #expect(told.count > 40)
        let named = Set(
            try Self.rows(of: "## Answers").flatMap { row in
                row[1].matches(of: /`([a-z_]+)`/).map { String($0.1) }
            }
        )
        #expect(told.subtracting(named) == [], "add rows to docs/errors.md")
        #expect(named.subtracting(told) == [], "no source has these codes")
    }

    @Test func `every kind of failure is on the page`() throws {
        let text = try Documents.text("Sources/Events/Values/FailureKind.swift")
        let kinds = Set(
            text.matches(of: /(?m)^    case (\w+) = \d+$/).map { match in
                // As `FieldEnumeration.name` has it.
                String(match.1).replacing(/[A-Z]/, with: { " " + $0.0.lowercased() })
            }
        )
        #expect(kinds.count > 20)
        let named = Set(
            try Self.rows(of: "## Failures of providers").flatMap { row in
                row[0].matches(of: /`([a-z ]+)`/).map { String($0.1) }
            }
        )
        #expect(named == kinds)
    }
}
