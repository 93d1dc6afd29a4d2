import Foundation
import Testing

/// The layering of this package, as Package.swift declares it, checked from the source text: SwiftPM does
/// not stop a target from importing a module that it reaches only transitively.
@Suite("Layering")
struct LayeringTests {
    /// What any target may import.
    static let standard: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Synchronization", "Glibc",
    ]
    /// Modules that come with another: those that it re-exports, or whose types stand in its interface.
    static let comingWith: [String: Set<String>] = [
        "Hummingbird": [
            "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "NIOHTTP1", "NIOHTTPTypes",
            "NIOPosix", "ServiceLifecycle", "UnixSignals",
        ],
        "Gateway": ["Logging"],
    ]
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The targets that are shipped: all but tests and what is there for them.
    static func shipped() throws -> [Manifest.Target] {
        let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        return try Manifest(text).targets.filter { !$0.folder.hasPrefix("Tests/") }
    }

    /// The modules that a target imports, each with a file that does.
    static func imports(of target: Manifest.Target) throws -> [String: String] {
        var imports: [String: String] = [:]
        let files = try #require(
            FileManager.default.enumerator(
                at: root.appending(path: target.folder),
                includingPropertiesForKeys: nil
            )
        )
        // `import M`, `public import M`, `@preconcurrency import struct M.T` …
        let importLine =
            /^(?:@\w+(?:\(\w+\))?\s+)*(?:public |package |internal |private )?import (?:struct |class |enum |protocol |func |typealias )?(\w+)/
        for case let file as URL in files where file.pathExtension == "swift" {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                guard let match = line.firstMatch(of: importLine) else { continue }
                imports[String(match.1)] = file.lastPathComponent
            }
        }
        return imports
    }

    @Test func `a target imports only what it declares, and declares only what it imports`() throws
    {
        for target in try Self.shipped() where target.kind != "systemLibrary" {
            let declared = Set(target.dependencies)
            let allowed = declared.union(Self.standard)
                .union(declared.flatMap { Self.comingWith[$0] ?? [] })
            let imports = try Self.imports(of: target)
            for (module, file) in imports where !allowed.contains(module) {
                Issue.record(
                    "\(target.name) imports \(module) in \(file): move the code to a higher layer, or declare it in Package.swift and docs/architecture.md"
                )
            }
            for module in declared where imports[module] == nil {
                Issue.record(
                    "\(target.name) declares \(module) in Package.swift and never imports it"
                )
            }
        }
    }

    @Test func `the table of targets in docs/architecture.md is that of Package.swift`() throws {
        let page = try String(
            contentsOf: Self.root.appending(path: "docs/architecture.md"),
            encoding: .utf8
        )
        let start = try #require(page.range(of: "## Targets"))
        let end = try #require(page[start.upperBound...].range(of: "\n## "))
        var written: [String: Set<String>] = [:]
        for line in page[start.upperBound..<end.lowerBound].split(separator: "\n")
        where line.hasPrefix("|") && !line.hasPrefix("|-") {
            let cells = line.split(separator: "|").map { Self.names($0) }
            try #require(cells.count == 3, "\(line)")
            for name in cells[0] { written[name] = Set(cells[2]) }
        }
        written["target"] = nil
        for target in try Self.shipped() {
            let names = written.removeValue(forKey: target.name)
            #expect(names == Set(target.dependencies), "\(target.name)")
        }
        #expect(written.isEmpty, "these are no targets")
    }

    /// The names that stand in a cell of the table; a dash for none.
    private static func names(_ cell: Substring) -> [String] {
        cell.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0 != "–" }
    }

    @Test func `every folder of sources is a target's, and every target has one`() throws {
        let sources = Self.root.appending(path: "Sources").path
        let folders = try FileManager.default.contentsOfDirectory(atPath: sources)
        let targets = try Self.shipped().map(\.folder)
        #expect(Set(folders.map { "Sources/\($0)" }).subtracting(targets).isEmpty)
        for folder in targets {
            #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: folder).path))
        }
        #expect(targets.count > 20)
    }

    @Test func `only the command line parses arguments`() throws {
        let parsers = try Self.shipped().filter { $0.dependencies.contains("ArgumentParser") }
        #expect(parsers.map(\.name) == ["logway"])
    }
}
