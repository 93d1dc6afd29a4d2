import EventLog
import Events
import Foundation
import GRDB
import Reporting

@testable import Projections

/// A data directory of a test, which goes away with the value, with its log.
final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/logway-read-\(UUID().uuidString)"
    /// What the read models said.
    var notices: [String] = []

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    /// The file of the read model.
    var file: String { path + "/read.db" }

    /// Appends events, a group each time, and closes the log.
    func write(_ events: [Event], group: Int = 100) throws {
        let log = try EventLog(path)
        var rest = events[...]
        while !rest.isEmpty {
            try log.append(Array(rest.prefix(group)))
            rest = rest.dropFirst(group)
        }
        try log.close()
    }

    func model() throws -> ReadModel {
        try ReadModel(path) { [weak self] in self?.notices.append($0) }
    }

    /// Every row of every table, in a fixed order.
    func dump() throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: file, configuration: configuration)
        return try queue.read { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            )
            return try tables.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map {
                    "\(table) \(Array($0.databaseValues))"
                }.sorted()
            }
        }
    }

    /// Whether a request is in the tables already.
    func holdsRequests() throws -> Bool {
        guard FileManager.default.fileExists(atPath: file) else { return false }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: file, configuration: configuration).read { database in
            guard try database.tableExists("requests") else { return false }
            return try Int.fetchOne(database, sql: "SELECT 1 FROM requests") != nil
        }
    }

    /// Runs SQL on the file, past the read model.
    func execute(_ sql: String) throws {
        try DatabaseQueue(path: file).write { try $0.execute(sql: sql) }
    }

    /// Removes the read model, as anyone may at any time.
    func removeReadModel() throws {
        for name in [file, file + "-wal", file + "-shm"]
        where FileManager.default.fileExists(atPath: name) {
            try FileManager.default.removeItem(atPath: name)
        }
    }
}
