import Foundation
import Testing

@testable import Events

/// Each released type and version of an event has a file of bytes that every later build must read.
@Suite("Golden files")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    /// The golden files of a type, oldest first: a new one each time fields were added.
    static func files(of event: Event) -> [URL] {
        (1...99).map { folder.appending(path: "\(event.body.name).v\($0).hex") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
    }

    static func bytes(_ file: URL) throws -> [UInt8] {
        let golden = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        return stride(from: 0, to: golden.utf8.count, by: 2).compactMap { offset in
            UInt8(golden.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    /// Writes the next version's file when LOGWAY_WRITE_GOLDEN is set and fields were added since the
    /// last; never replaces one.
    @Test(arguments: Samples.events)
    func `the newest golden bytes of a type mean the event with every field filled`(
        event: Event
    ) throws {
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        let files = Self.files(of: event)
        if ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil,
            try files.last.map({ try Self.bytes($0) != bytes }) ?? true
        {
            let next = Self.folder.appending(path: "\(event.body.name).v\(files.count + 1).hex")
            let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try (hex + "\n").write(to: next, atomically: true, encoding: .utf8)
        }
        let newest = try Self.bytes(try #require(Self.files(of: event).last))
        #expect(try Event(decoding: newest) == event)
        #expect(bytes == newest, "the encoding changed: add fields, never change them")
    }

    /// A field of an older version that changed its meaning would be lost or moved on the way.
    @Test(arguments: Samples.events)
    func `the golden bytes of every version come back as they were`(event: Event) throws {
        let files = Self.files(of: event)
        #expect(!files.isEmpty)
        for file in files {
            let golden = try Self.bytes(file)
            var bytes: [UInt8] = []
            try Event(decoding: golden).encode(into: &bytes)
            #expect(bytes == golden, "\(file.lastPathComponent)")
        }
    }
}
