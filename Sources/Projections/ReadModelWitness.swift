import Foundation
import GRDB
public import WriteAheadLog

extension ReadModel {
    /// The read model of a data directory, if it was folded beyond a sequence number: it is folded from
    /// what is durable, so a log that ends before has lost its end.
    ///
    /// A file that can't be read says nothing.
    public static func witnesses(in directory: String, after last: UInt64) -> [LogWitness] {
        let path = directory + "/read.db"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        configuration.label = "logway.witness"
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            let position = try queue.read { try Position($0) }
            guard position.sequence > last else { return [] }
            return [
                LogWitness(
                    name: "read.db",
                    sequence: position.sequence,
                    logID: nil,
                    files: ["read.db", "read.db-wal", "read.db-shm"]
                )
            ]
        } catch {
            return []
        }
    }
}
