import EventLog
import Foundation
import GRDB

@testable import Projections

/// Another process that folds the log and takes the write lock again as soon as it gave it away.
///
/// `@unchecked Sendable` because the one thread of its test calls it.
final class GreedyFold: @unchecked Sendable {
    /// How many batches it has folded.
    private(set) var batches = 0
    private let queue: DatabaseQueue
    private var reader: EventReader
    private let end: UInt64

    /// Makes the tables and takes the lock; with the batch that reaches event `end` it gives it away.
    init(_ folder: Folder, endsAt end: UInt64) throws {
        self.end = end
        reader = try EventReader(folder.path)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: folder.file, configuration: configuration)
        try queue.inDatabase { database in
            try database.beginTransaction(.immediate)
            try Schema.rebuild(database)
            try database.commit()
            try database.beginTransaction(.immediate)
        }
    }

    /// Folds a batch of ten events.
    func foldOn() throws {
        try queue.inDatabase { database in
            var batch = try EventBatch(database)
            var position = try Position(database)
            let last = position.sequence + 10
            try reader.forEachRecord(from: position.sequence + 1) { record, event, sequence in
                try batch.apply(event, sequence: sequence)
                position = Position(after: sequence, record: record)
                return sequence < last
            }
            try batch.save(position)
            try database.commit()
            batches += 1
            if position.sequence < end { try database.beginTransaction(.immediate) }
        }
    }
}
