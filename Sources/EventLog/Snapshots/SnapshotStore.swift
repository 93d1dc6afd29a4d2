import Events
import Glibc
public import WriteAheadLog

/// The snapshots of one log: the files `SEQUENCE.snap` in the folder `snapshots` beside it.
public struct SnapshotStore: Sendable {
    /// The folder.
    public let folder: String
    private let fileSystem: any FileSystem
    /// How many are kept: the last one, and one for when that is damaged.
    private static let kept = 2
    private static let suffix = ".snap"
    private static let temporary = "new.tmp"

    /// The snapshots of the log in a directory; nothing is created before the first is written.
    public init(_ directory: String, fileSystem: any FileSystem = PosixFileSystem()) {
        folder = directory + "/snapshots"
        self.fileSystem = fileSystem
    }

    /// A snapshot that was passed over.
    public struct Ignored: Hashable, Sendable, CustomStringConvertible {
        /// The file.
        public let path: String
        /// Why.
        public let fault: SnapshotFault
        /// What happened; nothing needs to be done.
        public var description: String {
            "snapshot \(path) is not used, the log is read instead: \(fault)"
        }
    }

    /// Writes a snapshot under its own name and removes those that are no longer kept.
    ///
    /// Blocks on I/O. A crash leaves the files before it, or the new one whole.
    ///
    /// - Throws: `SystemError`; the files before it are as they were.
    public func write(_ snapshot: Snapshot) throws(SystemError) {
        try fileSystem.createDirectory(folder)
        let unfinished = path(Self.temporary)
        if try fileSystem.list(folder).contains(Self.temporary) {
            try fileSystem.remove(unfinished)
        }
        let file = try fileSystem.open(unfinished, .create)
        try file.writeAll(snapshot.fileBytes, at: 0)
        try file.synchronize()
        try fileSystem.rename(unfinished, to: path(Self.name(of: snapshot.sequence)))
        try fileSystem.synchronizeDirectory(folder)
        for sequence in try sequences().dropFirst(Self.kept) {
            try fileSystem.remove(path(Self.name(of: sequence)))
        }
    }

    /// The sequence numbers of the snapshots there are, newest first.
    ///
    /// - Throws: `SystemError` if the folder is there and can't be listed.
    public func sequences() throws(SystemError) -> [UInt64] {
        let names: [String]
        do throws(SystemError) {
            names = try fileSystem.list(folder)
        } catch {
            if error.code == ENOENT { return [] }
            throw error
        }
        return names.compactMap(Self.sequence).sorted(by: >)
    }

    /// The newest whole snapshot, if it is of an event behind a sequence number: it is written only after
    /// its event is durable, so a log that ends before it has lost that one.
    public func witnesses(after last: UInt64) -> [LogWitness] {
        var names: [UInt64] = []
        do throws(SystemError) { names = try sequences() } catch {}
        for sequence in names where sequence > last {
            do throws(SnapshotFault) {
                let snapshot = try read(sequence)
                let files = names.filter { $0 > last }.map { "snapshots/" + Self.name(of: $0) }
                return [
                    LogWitness(
                        name: "the snapshot \(Self.name(of: sequence))",
                        sequence: sequence,
                        logID: LogID(low: snapshot.logLow, high: snapshot.logHigh),
                        files: files
                    )
                ]
            } catch {
                continue
            }
        }
        return []
    }

    /// Reads the snapshot at a sequence number.
    ///
    /// - Throws: `SnapshotFault` if it is not there, not whole, or not of this format.
    public func read(_ sequence: UInt64) throws(SnapshotFault) -> Snapshot {
        let bytes: [UInt8]
        do throws(SystemError) {
            let file = try fileSystem.open(path(Self.name(of: sequence)), .read)
            bytes = try file.bytes(at: 0, count: file.size())
        } catch {
            throw .unreadable("\(error.operation) failed with error \(error.code)")
        }
        let snapshot = try Snapshot(fileBytes: bytes)
        guard snapshot.sequence == sequence else {
            throw .foreign("it holds the state of event \(snapshot.sequence)")
        }
        return snapshot
    }

    /// The path of the snapshot at a sequence number.
    public func path(of sequence: UInt64) -> String { path(Self.name(of: sequence)) }

    private func path(_ name: String) -> String { folder + "/" + name }

    /// Twenty digits, so that names sort as numbers do.
    private static func name(of sequence: UInt64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    private static func sequence(of name: String) -> UInt64? {
        guard name.hasSuffix(suffix) else { return nil }
        guard let sequence = UInt64(name.dropLast(suffix.count)) else { return nil }
        return Self.name(of: sequence) == name ? sequence : nil
    }
}
