import Foundation
import Testing

/// docs/limits.md: every limit of the code by its name, and no name that is not there.
@Suite("Limits")
struct LimitTests {
    /// A static member, and the type that it is of.
    struct Member: Hashable, CustomStringConvertible {
        let type: String
        let name: String
        var description: String { "\(type).\(name)" }
    }

    /// The types and static members of the sources, and those members that are no functions.
    static let declared: (types: Set<String>, members: Set<Member>, values: Set<Member>) = {
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "actor", "extension", "protocol", "typealias",
        ]
        let modifiers: Set<Substring> = [
            "public", "private", "fileprivate", "final", "indirect", "@safe",
        ]
        var (types, members, values): (Set<String>, Set<Member>, Set<Member>) = ([], [], [])
        let paths = (try? Documents.paths(below: "Sources", ".swift")) ?? []
        for text in paths.compactMap({ try? Documents.text($0) }) {
            var open: [(indentation: Int, type: String)] = []
            for line in text.split(separator: "\n") {
                let indentation = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
                let words = line.split(separator: " ", maxSplits: 6)
                let rest = words.drop { modifiers.contains($0) }
                guard let word = rest.first, rest.count > 1 else { continue }
                if kinds.contains(word) {
                    // `extension Outer.Inner: Protocol {`
                    let name = rest[rest.startIndex + 1].prefix {
                        $0.isLetter || $0.isNumber || $0 == "_" || $0 == "."
                    }
                    let type = String(name.split(separator: ".").last ?? "")
                    open.removeAll { $0.indentation >= indentation }
                    open.append((indentation, type))
                    types.insert(type)
                } else if word == "static", rest.count > 2,
                    ["let", "var", "func"].contains(rest[rest.startIndex + 1]),
                    let owner = open.last(where: { $0.indentation < indentation })
                {
                    let name = rest[rest.startIndex + 2].prefix {
                        $0.isLetter || $0.isNumber || $0 == "_"
                    }
                    let member = Member(type: owner.type, name: String(name))
                    members.insert(member)
                    if rest[rest.startIndex + 1] != "func" { values.insert(member) }
                }
            }
        }
        return (types, members, values)
    }()

    /// What the third column of the tables names; `.member` is of the type before it.
    static func named() throws -> (types: Set<String>, members: Set<Member>, keys: Set<String>) {
        var (types, members, keys): (Set<String>, Set<Member>, Set<String>) = ([], [], [])
        for row in Documents.rows(of: try Documents.text("docs/limits.md")) {
            try #require(row.count == 5, "\(row)")
            #expect(!row[1].isEmpty && !row[3].isEmpty && !row[4].isEmpty, "\(row)")
            var last = ""
            for match in row[2].matches(of: /`([^`]+)`/) {
                let parts = match.1.split(separator: ".", omittingEmptySubsequences: false)
                if parts.last == "swift" { continue }
                if parts[0].first?.isLowercase == true {
                    keys.insert(String(match.1))
                } else if parts.count == 1 {
                    types.insert(String(parts[0]))
                } else {
                    if !parts[0].isEmpty { last = String(parts[parts.count - 2]) }
                    members.insert(Member(type: last, name: String(parts[parts.count - 1])))
                }
            }
        }
        return (types, members, keys)
    }

    @Test func `every limit of the code is on the page`() throws {
        let limits = Self.declared.values.filter {
            $0.name.contains(/[lL]imit|[pP]atience|[gG]race$|[tT]imeout|[iI]nterval/)
        }
        #expect(limits.count > 100)
        let missing = limits.subtracting(try Self.named().members)
        #expect(missing == [], "add rows to docs/limits.md: what, how much, why, what happens then")
    }

    @Test func `every name of the page is one of the code or of the configuration`() throws {
        let (named, declared) = (try Self.named(), Self.declared)
        // Those of instances, and of a type that has several of one name.
        let sources = try Documents.paths(below: "Sources", ".swift").map(Documents.text)
        for member in named.members.subtracting(declared.members) {
            let declaration = try Regex("\\b(?:let|var|func|case) \(member.name)\\b")
            #expect(
                declared.types.contains(member.type)
                    && sources.contains {
                        $0.contains(member.type) && $0.contains(declaration)
                    },
                "there is no \(member)"
            )
        }
        #expect(named.types.subtracting(declared.types) == [])
        let configuration = try Documents.text("docs/configuration.md")
        for key in named.keys {
            #expect(configuration.contains("`\(key)`"), "docs/configuration.md has no \(key)")
        }
    }
}
