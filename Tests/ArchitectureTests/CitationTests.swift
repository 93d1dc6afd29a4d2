import Foundation
import Testing

/// Whatever a page or a comment sends its reader to is in this repository.
@Suite("Citations")
struct CitationTests {
    /// A line of the repository, and where it stands.
    struct Line {
        let path: String
        let number: Int
        let text: String
    }

    /// Pages of others' repositories, which are named without their address.
    static let foreign: Set<String> = [
        // Ollama's.
        "docs/api.md"
    ]

    /// The files that may cite something: code, tests, tools and pages, each with its bytes.
    static let files: [(path: String, bytes: Data)] = {
        let folders = ["Sources", "Tests", "docs", "migrations", "tools"]
        let paths = folders.flatMap { (try? Documents.paths(below: $0)) ?? [] }
        return (["README.md", "Package.swift"] + paths)
            // What clients sent is theirs.
            .filter { !$0.hasPrefix("Tests/BlackBox/data/") }
            .compactMap { path in
                (try? Data(contentsOf: Documents.root.appending(path: path))).map { (path, $0) }
            }
    }()

    /// The lines in which one of some words stands, without addresses on the web.
    ///
    /// Most files have none, and looking for bytes is quick.
    static func lines(with words: [String]) -> [Line] {
        files.flatMap { file -> [Line] in
            guard words.contains(where: { file.bytes.range(of: Data($0.utf8)) != nil }),
                // What is no text cites nothing.
                let text = String(data: file.bytes, encoding: .utf8)
            else { return [] }
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { line in words.contains { line.element.contains($0) } }
                .map { number, line in
                    let text = line.replacing(/\w+:\/\/[^\s)"`]+/, with: "")
                    return Line(path: file.path, number: number + 1, text: String(text))
                }
        }
    }

    /// GitHub's anchor of a heading.
    static func anchor(of heading: some StringProtocol) -> String {
        String(
            heading.lowercased().replacing(/\[([^\]]*)\]\([^)]*\)/, with: { String($0.1) })
                .unicodeScalars.filter {
                    $0 == " " || $0 == "-" || $0 == "_" || $0.properties.isAlphabetic
                        || $0.properties.numericType != nil
                }
                .map { $0 == " " ? "-" : Character($0) }
        )
    }

    @Test func `every link of a page leads to a file and a heading that are there`() throws {
        for page in try Documents.pages() {
            let folder = Documents.root.appending(path: page).deletingLastPathComponent()
            // What stands in code is no link.
            let text = try Documents.text(page).replacing(/```[\s\S]*?```|`[^`\n]*`/, with: "code")
            for match in text.matches(of: /\]\(([^)\s]*)\)/) {
                let parts = match.1.split(
                    separator: "#",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                guard !parts[0].contains("://") else { continue }
                let file =
                    parts[0].isEmpty
                    ? Documents.root.appending(path: page)
                    : folder.appending(path: String(parts[0])).standardizedFileURL
                #expect(
                    FileManager.default.fileExists(atPath: file.path),
                    "\(page): there is no \(match.1)"
                )
                guard parts.count == 2, let target = try? String(contentsOf: file, encoding: .utf8)
                else { continue }
                let anchors = target.matches(of: /(?m)^#+ (.*)$/).map { Self.anchor(of: $0.1) }
                #expect(anchors.contains(String(parts[1])), "\(page): no heading for \(match.1)")
            }
        }
    }

    @Test func `every page that is named is there`() throws {
        let names = Set(
            try Documents.pages().map { URL(filePath: $0).lastPathComponent }
        )
        for line in Self.lines(with: [".md"]) {
            for match in line.text.matches(of: /[\w.\/-]*\w\.md\b/)
            where !Self.foreign.contains(String(match.0)) {
                let name = URL(filePath: String(match.0)).lastPathComponent
                #expect(
                    names.contains(name) || name.hasPrefix("NUMBER-"),
                    "\(line.path):\(line.number) names \(match.0)"
                )
            }
        }
    }

    @Test func `every decision that is named by its number is there`() throws {
        let numbers = Set(
            try Documents.paths(below: "docs/decisions").compactMap {
                $0.firstMatch(of: /\/(\d{4})-/).map { String($0.1) }
            }
        )
        #expect(numbers.count > 35)
        let digits = "0123456789"
        let words = ["ecision ", "ecisions ", "ecisions/"].flatMap { word in
            digits.map { "\(word)\($0)" }
        }
        for line in Self.lines(with: words) {
            for match in line.text.matches(of: /[Dd]ecisions?[ \/](\d+)/) {
                #expect(
                    numbers.contains(String(match.1)),
                    "\(line.path):\(line.number) names \(match.0); numbers have four digits"
                )
            }
        }
    }

    @Test func `no section is cited but of a public standard`() throws {
        // Pieces, so that this file passes its own test.
        let section = "\u{A7}"
        let citations = [
            "requirements" + ", row", "of the" + " requirements", "known" + " answers",
            "house" + " review",
        ]
        for line in Self.lines(with: [section]) {
            #expect(
                line.text.contains(/RFC \d+|UAX #\d+|U\.S\.C\.|draft-/),
                "\(line.path):\(line.number) cites a section of what is not here"
            )
        }
        for line in Self.lines(with: citations) {
            Issue.record("\(line.path):\(line.number): say the reason, or name the decision")
        }
        let rows = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { "ow \($0)" }
        for line in Self.lines(with: rows) {
            #expect(
                !line.text.contains(/\b[Rr]ow [A-Z]\d+\b/),
                "\(line.path):\(line.number) cites a row of what is not here"
            )
        }
    }
}
