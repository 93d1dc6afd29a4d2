import Foundation
import Testing

/// docs/architecture.md: the phases of a request, and which files are read for each.
@Suite("The phases of a request")
struct PhaseTests {
    /// The names of the Swift files below a folder.
    static func names(below folder: String) throws -> Set<String> {
        Set(
            try Documents.paths(below: folder, ".swift").map { path in
                URL(filePath: path).deletingPathExtension().lastPathComponent
            }
        )
    }

    @Test func `the table names every file of a request, and no file that is not there`() throws {
        let page = try Documents.text("docs/architecture.md")
        let heading = "## One request, in the order to read it"
        let rows = Documents.rows(of: try #require(Documents.section(heading, of: page)))
        // `Type+purpose`, `API/Type`, `Type.member`
        let form = /`(?:\w+\/)?([\w+]+)(?:\.\w+)?`/
        let named = Set(
            rows.flatMap { row in
                row.dropFirst().flatMap { $0.matches(of: form).map { String($0.1) } }
            }
        )
        #expect(named.count > 30)
        #expect(try Self.names(below: "Sources/Gateway/Requests").subtracting(named) == [])
        #expect(named.subtracting(try Self.names(below: "Sources/Gateway")) == [])
    }

    @Test func `every phase is a folder`() throws {
        let page = try Documents.text("docs/architecture.md")
        let form = /(?m)^\d\. \*\*[A-Z]\w+\*\* \(`(\w+)\/`\)/
        let phases = page.matches(of: form).map { String($0.1) }
        #expect(phases == ["Reading", "Admission", "Attempts", "Serving", "Settlement"])
        for phase in phases {
            #expect(try !Self.names(below: "Sources/Gateway/Requests/\(phase)").isEmpty)
        }
    }
}
