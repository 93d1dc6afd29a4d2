import Foundation
import Testing

/// docs/glossary.md: few words, in order, each explained once and shortly.
@Suite("Glossary")
struct GlossaryTests {
    @Test func `there are at most 60 terms, in order, of two lines at most`() throws {
        let text = try Documents.text("docs/glossary.md")
        let entries = text.matches(of: /(?m)^- \*\*(.+?)\*\*: (.+(?:\n  .+)*)$/)
        let terms = entries.map { String($0.1) }
        #expect((30...60).contains(terms.count))
        #expect(terms == terms.sorted())
        #expect(Set(terms).count == terms.count)
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("- ") }.count == terms.count)
        for entry in entries {
            #expect(entry.2.split(separator: "\n").count <= 2, "\(entry.1)")
        }
    }
}
