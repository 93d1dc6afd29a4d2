import Foundation
import Testing

/// The layering of this package, checked from the source text: SwiftPM does not stop a target from
/// importing a module that it reaches only transitively.
@Suite("Layering")
struct LayeringTests {
    /// Target → modules of this package and of dependencies that it may import.
    static let allowedImports: [String: Set<String>] = [
        "Events": [],
        "JSONBytes": [],
        "WriteAheadLog": ["CLZ4", "Crypto"],
        "EventLog": ["Events", "WriteAheadLog", "Crypto"],
        "RouterState": ["Events"],
        "Catalog": ["Events"],
        "Learning": ["Events"],
        "Routing": ["Events", "RouterState", "Learning"],
        "Evaluation": ["Events", "EventLog", "RouterState", "Routing"],
        "Reporting": ["Events", "RouterState"],
        "Projections": [
            "Events", "EventLog", "WriteAheadLog", "RouterState", "Reporting", "Migrations", "GRDB",
            "GRDBSQLite", "Crypto",
        ],
        "Settings": ["Events", "Catalog", "Yams"],
        "Upstream": ["CCurl"],
        "Providers": ["Events", "JSONBytes"],
        "Simulation": hummingbird.union(["Events", "JSONBytes"]),
        "Gateway": hummingbird.union([
            "Events", "EventLog", "RouterState", "Catalog", "Routing", "Reporting",
            "Projections", "Settings", "Upstream", "Providers", "JSONBytes", "Simulation",
            "WriteAheadLog", "Crypto", "CZlib",
        ]),
        "logway": [
            "Events", "EventLog", "WriteAheadLog", "RouterState", "Catalog", "Routing",
            "Evaluation",
            "Reporting", "Projections", "Settings", "Gateway", "Simulation", "Upstream",
            "JSONBytes", "Logging",
            "ArgumentParser",
            "Rainbow",
        ],
    ]
    /// Hummingbird and the modules that it re-exports.
    static let hummingbird: Set<String> = [
        "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "NIOHTTP1",
        "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOPosix", "ServiceLifecycle", "UnixSignals",
    ]
    static let standard: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Synchronization", "Glibc",
    ]
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: allowedImports.keys.sorted())
    func `a target imports only what its layer may`(target: String) throws {
        let allowed = try #require(Self.allowedImports[target]).union(Self.standard)
        let folder = Self.root.appending(path: "Sources/\(target)")
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        )
        for case let file as URL in files where file.pathExtension == "swift" {
            // `import M`, `public import M`, `@preconcurrency import struct M.T` …
            let importLine =
                /^(?:@\w+\s+)*(?:public |package |internal |private )?import (?:struct |class |enum |protocol |func |typealias )?(\w+)/
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                guard let match = line.firstMatch(of: importLine) else { continue }
                let module = String(match.1)
                #expect(
                    allowed.contains(module),
                    "\(file.lastPathComponent) imports \(module): move the code to a higher layer, or change docs/architecture.md and this table"
                )
            }
        }
    }

    @Test
    func `every target folder is listed`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "Sources").path
        )
        for folder in folders where !["CCurl", "CLZ4", "CZlib"].contains(folder) {
            #expect(Self.allowedImports[folder] != nil, "\(folder) has no line in the table")
        }
    }
}
