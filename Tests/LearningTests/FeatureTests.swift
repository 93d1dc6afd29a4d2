import Events
import Foundation
import Testing

@testable import Learning

/// What is recorded of a text, held to the version that is recorded with it: a log's numbers mean the same
/// for as long as their version does.
@Suite("Features")
struct FeatureTests {
    /// More than is read of a text.
    private static let filler = String(repeating: "word ", count: 2_000)
    /// As many as are read at each end.
    private static let letters = String(repeating: "x", count: PromptScan.windowBytes)

    /// Texts as they stand in JSON, each for something that the extractor looks at.
    private static let texts: [(name: String, text: String)] = [
        ("nothing", ""), ("one letter", "a"), ("two alike", "aaaa"),
        ("prose", "Dear all, well met."),
        ("asks", "What is a unit test?"), ("asks later", "So what is a unit test?"),
        ("greets", "Hello, how are you?"), ("upper case", "REVIEW THIS PULL REQUEST"),
        ("parts of words", "exchange the airplane ticket, the latest contest attested it"),
        ("a word of two kinds", "documents and documentation"),
        ("of sixteen letters", "vulnerabilities multithreadedxyz abcdefghijklmnop"),
        ("of seventeen letters", "abcdefghijklmnopq test"),
        ("underscores and digits", "unit_test test2 2test test_ test"),
        ("beyond ASCII", "größe test naïve prüfen テスト test"),
        ("escapes", #"review\nthis\tcode\\test\"fix\" \u0074est test\u0020bug \u00e9plan"#),
        ("an escape at the end", #"test\"#), ("a cut escape", #"test \u00"#),
        ("a fence", #"look:\n```\nx\n```"#), ("two backticks", "``test``"),
        ("braces end lines", #"int main() {\n  return 0;\n}\n"#),
        ("a semicolon within", "It costs 5; that is much"),
        ("a semicolon and spaces", #"let x = 1;  \nlet y"#), ("a last line", "let x = 1;"),
        ("many kinds", "Prove rigorously that the distributed parser's audit is a trivial typo"),
        ("long", "\(filler)review"), ("its middle", "\(filler)review \(filler)"),
        ("two windows", "\(letters)\(letters.dropLast()) bug"),
        ("one byte more", "\(letters.dropLast(3)) bug bug \(letters)"),
        ("every printable byte", String(decoding: UInt8(0x20)...UInt8(0x7E), as: UTF8.self)),
    ]

    /// All that a version of the extractor knows and finds, in lines.
    private static func told() -> String {
        var lines = ["# the words of each kind"]
        for (cues, words) in Vocabulary.lists {
            lines.append("\(String(cues.rawValue, radix: 16)) \(words.joined(separator: " "))")
        }
        lines.append("# cues, bytes and entropy of texts")
        for (name, text) in texts {
            var features = RequestFeatures()
            FeatureExtractor.measure(Array(text.utf8)[...], into: &features)
            let cues = String(features.cues.rawValue, radix: 16)
            lines.append(
                "\(name): \(cues) \(features.instructionBytes) \(features.entropyMillibits)"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The file of the version; each is written once, with LOGWAY_WRITE_GOLDEN set, and never again.
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/features.v\(FeatureExtractor.version).txt")

    @Test func `neither words nor numbers change without the version`() throws {
        let told = Self.told()
        if !FileManager.default.fileExists(atPath: Self.file.path),
            ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil
        {
            try told.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: Self.file, encoding: .utf8)
        let (now, then) = (told.split(separator: "\n"), golden.split(separator: "\n"))
        let changed = now.difference(from: then).map { "\($0)" }
        #expect(
            now == then,
            "raise FeatureExtractor.version and write its file, or undo: \(changed)"
        )
    }

    @Test func `each word is found as what its lists say, and what is measured names its version`()
    {
        for word in Set(Vocabulary.lists.flatMap(\.1)) {
            let kinds = Vocabulary.lists.filter { $0.1.contains(word) }
            let wanted = kinds.reduce(PromptCues()) { $0.union($1.0) }
            var features = RequestFeatures()
            FeatureExtractor.measure(Array(word.utf8)[...], into: &features)
            #expect(features.cues == wanted, "\(word)")
            #expect(features.extractorVersion == FeatureExtractor.version)
        }
    }
}
