import Synchronization
import TestSupport
import WriteAheadLog

/// The operating system's files, of which one changing call fails.
final class FailingFileSystem: ForwardingFileSystem {
    let below: any FileSystem = PosixFileSystem()
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
        return FailingFile(try below.open(path, access), path, self)
    }
    func createDirectory(_ path: String) throws(SystemError) {
        try check("mkdir", path)
        try below.createDirectory(path)
    }
    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try check("rename", path)
        try below.rename(path, to: newPath)
    }
    func remove(_ path: String) throws(SystemError) {
        try check("unlink", path)
        try below.remove(path)
    }
    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try check("fsync", path)
        try below.synchronizeDirectory(path)
    }
}

private final class FailingFile: ForwardingFile {
    let below: any File
    private let path: String
    private let system: FailingFileSystem

    init(_ below: any File, _ path: String, _ system: FailingFileSystem) {
        self.below = below
        self.path = path
        self.system = system
    }

    /// At most 100 bytes at a time, so that a file is written in several calls.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try system.check("pwrite", path)
        return try unsafe below.write(
            UnsafeRawBufferPointer(rebasing: bytes.prefix(100)),
            at: offset
        )
    }
    func synchronize() throws(SystemError) {
        try system.check("fdatasync", path)
        try below.synchronize()
    }
}
