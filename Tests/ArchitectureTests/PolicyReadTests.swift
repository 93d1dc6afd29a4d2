import Foundation
import Testing

/// What decides is given the policy to decide under, and reads no other.
@Suite("The policy as an argument")
struct PolicyReadTests {
    @Test func `only the context of a decision reads the policy of the state`() throws {
        let folder = LayeringTests.root.appending(path: "Sources/Routing")
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        )
        var readers: [String] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let code = lines.filter { !$0.contains(/^ *\/\//) }
            if code.contains(where: { $0.contains(/\b(?:state|folded)\.policy\b/) }) {
                readers.append(file.lastPathComponent)
            }
        }
        #expect(readers == ["RoutingContext.swift"])
    }
}
