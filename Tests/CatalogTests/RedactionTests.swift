import Catalog
import Events
import Foundation
import Testing

/// Names of models that exist, and everything that was recorded of providers and agents, hold no secret:
/// what redaction would take out of them it would wreck.
@Suite("Redaction of names")
struct RedactionTests {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The words of the files below a folder that redaction changes.
    static func changed(below folder: String, endings: Set<String>) throws -> (words: Int, [String])
    {
        let redaction = Redaction()
        var words = 0
        var changed: [String] = []
        let folder = root.appending(path: folder)
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        )
        for case let file as URL in files where endings.contains(file.pathExtension) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in text.split(whereSeparator: {
                $0.isWhitespace || "\"'`,;()<>[]{}".contains($0)
            }) {
                words += 1
                let masked = redaction.masked(String(word))
                if masked != word { changed.append("\(file.lastPathComponent): \(word)") }
            }
        }
        return (words, changed)
    }

    @Test func `no name of the catalogue is taken for a key`() throws {
        let (words, changed) = try Self.changed(below: "Sources/Catalog/Data", endings: ["json"])
        #expect(words > 1_000)
        #expect(changed == [])
    }

    @Test func `nothing that agents and providers sent is taken for a key`() throws {
        let (words, changed) = try Self.changed(
            below: "Tests/BlackBox/data",
            endings: ["json", "jsonl", "txt", "sse", "md"]
        )
        #expect(words > 1_000)
        #expect(changed == [])
    }
}
