import Synchronization
import WriteAheadLog

/// The operating system's files, of which one changing call fails.
final class FailingFileSystem: FileSystem {
    private let posix = PosixFileSystem()
    private let left: Mutex<Int>
    /// Whether the call was reached.
    var hasFailed: Bool { left.withLock { $0 < 0 } }

    /// Fails the changing call with this index, from 0, and no other.
    init(at call: Int) { left = Mutex(call) }

    fileprivate func check(_ operation: String, _ path: String) throws(SystemError) {
        let fails = left.withLock { left in
            left -= 1
            return left == -1
        }
        if fails { throw SystemError(operation: operation, path: path, code: 5) }
    }

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        if access == .create { try check("open", path) }
        return FailingFile(try posix.open(path, access), path, self)
    }
    func createDirectory(_ path: String) throws(SystemError) {
        try check("mkdir", path)
        try posix.createDirectory(path)
    }
    func list(_ directory: String) throws(SystemError) -> [String] { try posix.list(directory) }
    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try check("rename", path)
        try posix.rename(path, to: newPath)
    }
    func remove(_ path: String) throws(SystemError) {
        try check("unlink", path)
        try posix.remove(path)
    }
    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try check("fsync", path)
        try posix.synchronizeDirectory(path)
    }
    func lock(_ path: String) throws(SystemError) -> (any File)? { try posix.lock(path) }
    func isLocked(_ path: String) throws(SystemError) -> Bool { try posix.isLocked(path) }
}

private final class FailingFile: File {
    private let file: any File
    private let path: String
    private let system: FailingFileSystem

    init(_ file: any File, _ path: String, _ system: FailingFileSystem) {
        self.file = file
        self.path = path
        self.system = system
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        try unsafe file.read(into: buffer, at: offset)
    }
    /// At most 100 bytes at a time, so that a file is written in several calls.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try system.check("pwrite", path)
        return try unsafe file.write(
            UnsafeRawBufferPointer(rebasing: bytes.prefix(100)),
            at: offset
        )
    }
    func synchronize() throws(SystemError) {
        try system.check("fdatasync", path)
        try file.synchronize()
    }
    func dropCache() throws(SystemError) { try file.dropCache() }
    func size() throws(SystemError) -> Int { try file.size() }
}
