import EventLog
import Events
import Foundation
import RouterState

/// The log that an earlier build recorded (Tests/RecordedLog), in a directory that goes away with the value.
final class RecordedLog {
    private let folder =
        FileManager.default.temporaryDirectory.path + "/logway-recorded-\(UUID().uuidString)"
    /// The log with every event from its first on.
    let path: String

    private static let kept = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "RecordedLog")

    init() throws {
        path = folder + "/data"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let archive = Self.kept.appending(path: "log.tgz").path
        process.arguments = ["tar", "-xzf", archive, "-C", folder]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    /// Gives up the first segment, as the retention that the log tells of did.
    func retire() throws {
        try FileManager.default.moveItem(
            atPath: path + "/retired",
            toPath: path + "/log/retired"
        )
        try FileManager.default.removeItem(atPath: path + "/log/00000001.seg")
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch {}
    }

    /// The hash of the state after the last event of each instant, by that event.
    static func states() throws -> [UInt64: String] {
        let file = kept.appending(path: "expected/states.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        var states: [UInt64: String] = [:]
        for words in lines.map({ $0.split(separator: " ") }) {
            if let sequence = UInt64(words[0]) { states[sequence] = String(words[1]) }
        }
        return states
    }

    /// Visits every event with its bytes in the log.
    func forEach(_ body: (Event, [UInt8], UInt64) throws -> Void) throws {
        var reader = try EventReader(path)
        try reader.forEachRecord(from: try reader.firstSequence()) { record, event, sequence in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(record.count)
            for index in record.indices { bytes.append(record[index]) }
            try body(event, bytes, sequence)
            return true
        }
    }
}
