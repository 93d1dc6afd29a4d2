import Foundation
import TestSupport
import Testing

@testable import Events

/// Each released type and version of an event has a file of bytes that every later build must read.
@Suite("Golden files")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    /// The types whose encoding has grown since their first golden file, and the number of their
    /// last one.
    static let versions = [
        "FeedbackReceived": 2, "PolicyApplied": 2, "RequestCompleted": 2, "RequestReceived": 2,
        "RouteDecided": 2, "AttemptStarted": 2,
    ]

    /// Writes the files that are missing when LOGWAY_WRITE_GOLDEN is set; never replaces one.
    @Test(arguments: Samples.events)
    func `the golden bytes of a type still mean what they meant`(event: Event) throws {
        let file = Self.file(of: event, version: Self.versions[event.body.name] ?? 1)
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        if ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil,
            !FileManager.default.fileExists(atPath: file.path)
        {
            try (hex + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try Self.bytes(in: file)
        #expect(try Event(decoding: golden) == event)
        #expect(bytes == golden, "the encoding changed: add a new version instead")
    }

    /// What an earlier build wrote is read whole, and its fields keep their values beside new ones.
    @Test(arguments: Samples.events)
    func `the golden bytes of earlier versions lose nothing`(event: Event) throws {
        for version in 1..<(Self.versions[event.body.name] ?? 1) {
            let golden = try Self.bytes(in: Self.file(of: event, version: version))
            var again: [UInt8] = []
            try Event(decoding: golden).encode(into: &again)
            var now: [UInt8] = []
            event.encode(into: &now)
            #expect(Self.fields(now).contain(Self.fields(golden)))
            #expect(Self.fields(again).contain(Self.fields(golden)))
        }
    }

    private static func file(of event: Event, version: Int) -> URL {
        folder.appending(path: "\(event.body.name).v\(version).hex")
    }

    private static func bytes(in file: URL) throws -> [UInt8] {
        let hex = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        return stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
            UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    /// The fields behind the code and the time, which are two varints.
    private static func fields(_ event: [UInt8]) -> EncodedFields {
        var rest = event[...]
        for _ in 0..<2 { rest = rest.drop { $0 >= 0x80 }.dropFirst() }
        return EncodedFields(Array(rest))
    }
}
