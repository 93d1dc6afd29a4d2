import Foundation
import Glibc
import Synchronization
import WriteAheadLog

/// The machine's files, except that a test can hold back the syncs of the log's segments, or fail
/// them.
final class HeldFileSystem: FileSystem {
    private struct State {
        var isHeld = false
        var failure: Int32?
        /// Syncs that began and have not returned.
        var held = 0
    }

    private let files = PosixFileSystem()
    private let state = Mutex(State())
    private let condition = NSCondition()

    /// From now on no sync of a segment returns.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Lets every sync go, those that wait included.
    func release() { change { $0.isHeld = false } }

    /// From now on every sync of a segment fails; what waits fails too.
    func fail(with code: Int32 = EIO) {
        change { state in
            state.failure = code
            state.isHeld = false
        }
    }

    /// Whether the log stands in a sync that is held back.
    var isHolding: Bool { state.withLock { $0.held > 0 } }

    private func change(_ body: @Sendable (inout State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
    }

    fileprivate func pass() -> Int32? {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { $0.held += 1 }
        defer { state.withLock { $0.held -= 1 } }
        while state.withLock(\.isHeld) { condition.wait() }
        return state.withLock(\.failure)
    }

    // MARK: FileSystem

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        let file = try files.open(path, access)
        return path.hasSuffix(".seg") ? HeldFile(file, path, self) : file
    }

    func createDirectory(_ path: String) throws(SystemError) { try files.createDirectory(path) }

    func list(_ directory: String) throws(SystemError) -> [String] { try files.list(directory) }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try files.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(SystemError) { try files.remove(path) }

    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try files.synchronizeDirectory(path)
    }

    func lock(_ path: String) throws(SystemError) -> (any File)? { try files.lock(path) }

    func isLocked(_ path: String) throws(SystemError) -> Bool { try files.isLocked(path) }
}

private final class HeldFile: File {
    private let file: any File
    private let path: String
    private let system: HeldFileSystem

    init(_ file: any File, _ path: String, _ system: HeldFileSystem) {
        self.file = file
        self.path = path
        self.system = system
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        unsafe try file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        unsafe try file.write(bytes, at: offset)
    }

    func synchronize() throws(SystemError) {
        if let code = system.pass() {
            throw SystemError(operation: "fdatasync", path: path, code: code)
        }
        try file.synchronize()
    }

    func dropCache() throws(SystemError) { try file.dropCache() }

    func size() throws(SystemError) -> Int { try file.size() }
}
