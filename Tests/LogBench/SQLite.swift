import Events
import Foundation

/// SQLite at full synchronisation with 1,000 rows a transaction, each row an event's bytes.
enum SQLite {
    /// The standard library's module in Python; its executemany loops in C.
    private static let script = """
        import sqlite3, struct, sys, time
        data = open(sys.argv[1], "rb").read()
        rows, at = [], 0
        while at < len(data):
            (length,) = struct.unpack_from("<I", data, at)
            rows.append((data[at + 4 : at + 4 + length],))
            at += 4 + length
        base = sqlite3.connect(sys.argv[2], isolation_level=None)
        base.execute("pragma journal_mode=wal")
        base.execute("pragma synchronous=full")
        base.execute("create table events (sequence integer primary key, event blob)")
        start = time.perf_counter()
        for first in range(0, len(rows), 1000):
            base.execute("begin")
            base.executemany("insert into events (event) values (?)", rows[first : first + 1000])
            base.execute("commit")
        print(len(rows) / (time.perf_counter() - start))
        """

    /// Rows a second.
    static func bulk(_ events: [Event], in parent: String) throws -> Double {
        let folder = try Folder(in: parent, "sqlite")
        var bytes: [UInt8] = []
        for event in events {
            let start = bytes.count
            bytes += [0, 0, 0, 0]
            event.encode(into: &bytes)
            let length = UInt32(bytes.count - start - 4)
            for index in 0..<4 {
                bytes[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(index * 8))
            }
        }
        try Data(bytes).write(to: URL(filePath: folder.path + "/rows"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", script, folder.path + "/rows", folder.path + "/events.db",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard
            process.terminationStatus == 0,
            let rate = Double(
                String(decoding: text, as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines
                )
            )
        else { throw BenchError("python3 did not measure SQLite") }
        return rate
    }
}

/// A measurement that could not be made.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
