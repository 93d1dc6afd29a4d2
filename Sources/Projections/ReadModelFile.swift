import Foundation
import GRDB
import Glibc

/// The SQLite file of a data directory's read model.
struct ReadModelFile {
    /// How long a connection waits for another process's transaction; each is a batch, so short.
    static let patience = TimeInterval(10)
    /// How long it waits between two tries where SQLite itself does not wait.
    private static let pause = TimeInterval(0.01)

    private let directory: String
    /// What a connection does while another one is in its way.
    private let busyMode: Database.BusyMode
    /// The file; SQLite keeps two more beside it while it is open.
    let path: String

    init(directory: String, busyMode: Database.BusyMode = .timeout(patience)) {
        self.directory = directory
        self.busyMode = busyMode
        path = directory + "/read.db"
    }

    /// Opens a connection and makes the file if there is none.
    ///
    /// The file is derived, so losing its last transactions costs a moment's folding: a sync at
    /// checkpoints is enough. None at all (`synchronous = OFF`) could leave a file after a power cut
    /// that looks whole and holds wrong figures.
    func open() throws -> DatabaseQueue {
        create()
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = busyMode
        configuration.label = "logway.read"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let end = ContinuousClock.now + .seconds(Self.patience)
        while true {
            do {
                return try DatabaseQueue(path: path, configuration: configuration)
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
            {
                // Changing to WAL and writing its first page make a reader a writer, for which
                // SQLite waits for nobody: of two that open a new file, one is turned away at once.
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
    }

    /// Opens a connection that changes nothing, to a file that is there.
    func openForReading() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = busyMode
        configuration.label = "logway.check"
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Makes an empty file that only the log's owner may read, as the log's are; SQLite gives the files
    /// beside it the same owner and mode.
    ///
    /// What fails here fails again when SQLite opens the file, which says so.
    private func create() {
        // SAFETY: a Swift string lends its bytes to the call as a C string.
        let descriptor = unsafe Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { _ = Glibc.close(descriptor) }
        // A command of root's must not lock out the server, which has fewer rights.
        guard geteuid() == 0 else { return }
        do {
            let owner = try FileManager.default.attributesOfItem(atPath: directory)
            guard let user = owner[.ownerAccountID] as? NSNumber,
                let group = owner[.groupOwnerAccountID] as? NSNumber
            else { return }
            _ = fchown(descriptor, user.uint32Value, group.uint32Value)
        } catch {}
    }

    /// What tells this file from another one under its name; `nil` when there is none.
    var identity: Int? {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return attributes[.systemFileNumber] as? Int
        } catch {
            return nil
        }
    }

    /// Removes the file with what SQLite keeps beside it.
    ///
    /// Processes that have it open keep the removed files, all three, and notice before their next
    /// batch.
    func remove() throws(ReadModelError) {
        for name in [path, path + "-wal", path + "-shm"]
        where FileManager.default.fileExists(atPath: name) {
            do {
                try FileManager.default.removeItem(atPath: name)
            } catch {
                throw .damaged(path: path, reason: "and it can't be removed: \(error)")
            }
        }
    }
}
