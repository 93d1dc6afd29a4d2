import Foundation
import Testing

/// The words that docs/glossary.md rules out stand in no code and on no page.
@Suite("Word list")
struct WordListTests {
    /// A word that is not used, and what it is looked for by.
    struct Word {
        let text: String
        let pattern: String
        /// Whether it is a name in code, which prose may use as a word.
        let isCode: Bool

        /// A cell's word: code in backquotes is looked for as it is, with `…` for the rest of a name; a
        /// phrase is looked for in any case, over the end of a line too.
        init(_ text: String) {
            self.text = text
            isCode = text.hasPrefix("`")
            let bare = text.trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            let words = bare.replacing("…", with: "").split(separator: " ")
                .map { NSRegularExpression.escapedPattern(for: String($0)) }
            let end = bare.hasSuffix("…") ? "" : #"(?!\w)"#
            pattern =
                (isCode ? "" : "(?i)") + #"(?<!\w)"#
                + words.joined(separator: #"\s+(?:(?:///?|#|>|\*)\s*)?"#)
                + (bare.last?.isLetter ?? false ? end : "")
        }
    }

    static func words() throws -> [Word] {
        let text = try Documents.text("docs/glossary.md")
        let table = try #require(Documents.section("## Words that are not used", of: text))
        return Documents.rows(of: table).flatMap { cells in
            cells[0].split(separator: ",").map { Word($0.trimmingCharacters(in: .whitespaces)) }
        }
    }

    /// Code, its tests and pages, without what is history or a recording.
    static func texts() throws -> [(name: String, text: String)] {
        let passedOver = [
            "docs/CHANGELOG.md", "docs/glossary.md", "/Golden/", "WordListTests.swift",
            // The word of manifests that were released.
            "RepairReport.swift", "RepairTests.swift",
        ]
        let code = try ["Sources", "Tests"].flatMap { try Documents.paths(below: $0, ".swift") }
        return try (code + Documents.pages())
            .filter { name in !passedOver.contains { name.contains($0) } }
            .map { (name: $0, text: try Documents.text($0)) }
    }

    /// Code without what is said beside it and in its texts.
    static func withoutComments(_ code: String) -> String {
        code.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacing(/"(?:[^"\\]|\\.)*"|`[^`]*\x20[^`]*`|\/\/.*/, with: "") }
            .joined(separator: "\n")
    }

    @Test func `no code and no page uses a word that the glossary rules out`() throws {
        let words = try Self.words()
        #expect(words.count > 20)
        let patterns = try words.map {
            (word: $0, expression: try NSRegularExpression(pattern: $0.pattern))
        }
        let texts = try Self.texts()
        #expect(texts.count > 500)
        for (name, text) in texts {
            let code = name.hasSuffix(".swift") ? Self.withoutComments(text) : ""
            for (word, expression) in patterns {
                let text = word.isCode ? code : text
                let whole = NSRange(text.startIndex..., in: text)
                guard let match = expression.firstMatch(in: text, range: whole),
                    let place = Range(match.range, in: text)
                else { continue }
                let line = text[..<place.lowerBound].count { $0 == "\n" } + 1
                Issue.record(
                    "\(name):\(line) says \(word.text); docs/glossary.md has the word for it"
                )
            }
        }
    }

    @Test(arguments: [
        ("its fill", "a provider with its\n    /// fill", true),
        ("`usual…`", "let usualLimit = 3", true),
        ("`usual…`", "an unusual limit", false),
        ("`HangRule`", "HangRule(4)", true),
        ("anew", "Anew", true),
        ("mends", "recommends", false),
    ])
    func `a word is found where it stands`(word: String, text: String, isFound: Bool) throws {
        let expression = try NSRegularExpression(pattern: Word(word).pattern)
        let match = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text))
        #expect((match != nil) == isFound)
    }
}
