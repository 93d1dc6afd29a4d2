import Events
public import WriteAheadLog

/// A backup of a data directory beside a running server: the log, the texts of requests where they are
/// kept, the newest snapshot, and the keys without which both would be something else.
///
/// `read.db` is left out, since it follows from the log.
public struct DataBackup: Equatable, Sendable {
    /// The log.
    public private(set) var log: BackupReport
    /// The texts of requests and answers; `nil` where none are kept.
    public private(set) var bodies: BackupReport?
    /// Other files that were copied, by their paths in the directory.
    public private(set) var files: [String] = []

    /// The secrets of a data directory.
    private static let keys = ["checkpoint.key", "conversation.key"]

    /// Brings the copy in a directory up to what is durable now, and verifies it.
    ///
    /// What was copied before and is still the same is not copied again. `progress` is told the bytes
    /// copied or verified so far of the log that is under way. Blocks on I/O.
    ///
    /// - Throws: as `LogBackup.run`.
    public static func run(
        from directory: String,
        to target: String,
        fileSystem: any FileSystem = PosixFileSystem(),
        progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> DataBackup {
        let log = try LogBackup.run(
            from: directory,
            to: target,
            fileSystem: fileSystem,
            progress: progress
        )
        var backup = DataBackup(log: log)
        let names = try fileSystem.list(directory)
        for name in keys where names.contains(name) {
            try copy("\(directory)/\(name)", to: target, name, fileSystem)
            backup.files.append(name)
        }
        let source = SnapshotStore(directory, fileSystem: fileSystem)
        let store = SnapshotStore(target, fileSystem: fileSystem)
        let there = try store.sequences()
        // One of a later event would say that the copy lost its end.
        for sequence in try source.sequences() where sequence <= log.lastSequence {
            if there.contains(sequence) { break }
            let snapshot: Snapshot
            do throws(SnapshotFault) {
                snapshot = try source.read(sequence)
            } catch {
                // The one before may be whole; without any the log is folded.
                continue
            }
            try store.write(snapshot)
            backup.files.append(String(store.path(of: sequence).dropFirst(target.count + 1)))
            break
        }
        if names.contains("bodies") {
            backup.bodies = try LogBackup.run(
                from: BodyLog.directory(in: directory),
                to: BodyLog.directory(in: target),
                fileSystem: fileSystem,
                progress: progress
            )
        }
        return backup
    }

    private init(log: BackupReport) { self.log = log }

    /// Copies a small file whole, under a temporary name first.
    private static func copy(
        _ path: String,
        to target: String,
        _ name: String,
        _ fileSystem: any FileSystem
    ) throws(SystemError) {
        let source = try fileSystem.open(path, .read)
        let bytes = try source.bytes(at: 0, count: try source.size())
        let temporary = "\(target)/\(name).tmp"
        if try fileSystem.list(target).contains("\(name).tmp") {
            try fileSystem.remove(temporary)
        }
        let file = try fileSystem.open(temporary, .create)
        try file.writeAll(bytes, at: 0)
        try file.synchronize()
        try fileSystem.rename(temporary, to: "\(target)/\(name)")
        try fileSystem.synchronizeDirectory(target)
    }
}
