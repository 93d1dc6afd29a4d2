import Foundation
import Testing

@testable import Events

/// Each released type and version of an event has a file of bytes that every later build must read.
@Suite("Golden files")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    /// Writes the files that are missing when LOGWAY_WRITE_GOLDEN is set; never replaces one.
    @Test(arguments: Samples.events)
    func `the golden bytes of a type still mean what they meant`(event: Event) throws {
        let file = Self.folder.appending(path: "\(event.body.name).v1.hex")
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        if ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil,
            !FileManager.default.fileExists(atPath: file.path)
        {
            try (hex + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        let goldenBytes = stride(from: 0, to: golden.utf8.count, by: 2).compactMap { offset in
            UInt8(golden.dropFirst(offset).prefix(2), radix: 16)
        }
        #expect(try Event(decoding: goldenBytes) == event)
        #expect(hex == golden, "the encoding changed: add a new version instead")
    }
}
