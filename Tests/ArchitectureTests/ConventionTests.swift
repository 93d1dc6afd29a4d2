import Foundation
import Testing

/// What the code's readers may count on without looking.
@Suite("Conventions")
struct ConventionTests {
    /// The sources of what is shipped and of the tests.
    static func sources() throws -> [String] {
        try ["Sources", "Tests", "migrations"].flatMap { try Documents.paths(below: $0, ".swift") }
    }

    @Test func `a shipped file with unsafe code says why that is safe, in one spelling`() throws {
        var count = 0
        for path in try Self.sources() {
            let lines = try Documents.text(path).split(separator: "\n")
            let isUnsafe = lines.contains { $0.contains(#/^[^"/]*\bunsafe /#) }
            if isUnsafe, path.hasPrefix("Sources/") {
                count += 1
                #expect(lines.contains { $0.contains(#/^ *// SAFETY: /#) }, "\(path)")
            }
            for line in lines where line.contains(#/^ *//+ ?(?i:safe|safety)[:,]/#) {
                #expect(line.contains("// SAFETY: "), "\(path): write `// SAFETY: `")
            }
        }
        #expect(count > 30)
    }

    @Test func `JSON is written by JSONWriter and JSONView, but for what is read back`() throws {
        // What is also kept in a file, described once for both ways.
        let kept: Set = [
            "Sources/Catalog/CatalogFile.swift", "Sources/Projections/ProjectedRequest.swift",
            "Sources/WriteAheadLog/Checkpoint.swift", "Sources/WriteAheadLog/RepairReport.swift",
        ]
        let writers = try Self.sources().filter { $0.hasPrefix("Sources/") }
            .filter { try Documents.text($0).contains(/\bJSONEncoder\b|\bJSONSerialization\b/) }
        #expect(Set(writers) == kept)
    }

    @Test func `a file's name goes on behind a plus in lower case`() throws {
        let paths = try Self.sources()
        #expect(paths.filter { $0.contains(/\+[A-Z]/) } == [])
        #expect(paths.contains { $0.contains(/\+[a-z]/) })
    }
}
