import Crypto
import Foundation
import GRDB

/// How far the log is folded.
struct Position: Equatable {
    /// The sequence number of the last event; 0 for none.
    var sequence: UInt64 = 0
    /// SHA-256 of that event's bytes, by which another log, or another course of this one, is told.
    var anchor: Data?

    /// The position of an empty read model.
    init() {}

    /// The position behind an event.
    init(after sequence: UInt64, record: Span<UInt8>) {
        self.sequence = sequence
        anchor = Self.hash(record)
    }

    /// The position that the read model has.
    init(_ database: Database) throws {
        let found = try database.rows("SELECT sequence, anchor FROM position") { row in
            var position = Position()
            position.sequence = try row.sequence(0)
            position.anchor = try row.optional(1)
            return position
        }
        guard let position = found.first else {
            throw UnexpectedValue(column: 0, sql: "SELECT sequence, anchor FROM position")
        }
        self = position
    }

    func save(_ database: Database) throws {
        try database.run("UPDATE position SET sequence = ?, anchor = ?", [sequence, anchor])
    }

    private static func hash(_ record: Span<UInt8>) -> Data {
        // SAFETY: the pointer is used only inside the closure, while the span is borrowed.
        unsafe record.withUnsafeBytes { bytes in
            var hash = SHA256()
            unsafe hash.update(bufferPointer: bytes)
            return Data(hash.finalize())
        }
    }
}
