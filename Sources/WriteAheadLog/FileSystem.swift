/// The calls a log makes on files, as a port: `PosixFileSystem` makes them, and the tests' file
/// system loses, tears and refuses them.
///
/// No method returns because of a signal (`EINTR` is retried inside); reads and writes may be short.
public protocol FileSystem: Sendable {
    /// Opens a file.
    ///
    /// `.create` makes an empty one if there is none.
    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File
    /// Makes a directory and those above it; one that exists is fine.
    func createDirectory(_ path: String) throws(SystemError)
    /// Names in a directory, in any order.
    func list(_ directory: String) throws(SystemError) -> [String]
    /// Renames a file, replacing what has the new name.
    func rename(_ path: String, to newPath: String) throws(SystemError)
    /// Removes a name.
    func remove(_ path: String) throws(SystemError)
    /// Makes creations, renames and removals in a directory durable.
    func synchronizeDirectory(_ path: String) throws(SystemError)
    /// Takes the exclusive lock on a file, creating it; `nil` if another one holds it.
    ///
    /// The lock goes with the last reference to the file returned, and with the process.
    func lock(_ path: String) throws(SystemError) -> (any File)?
    /// True if someone holds the lock; takes nothing.
    func isLocked(_ path: String) throws(SystemError) -> Bool
}

/// How a file is opened.
public enum FileAccess: Sendable {
    /// Reading only.
    case read
    /// Reading and writing a file that exists.
    case write
    /// Reading and writing, creating it if there is none.
    case create
}

/// An open file; it is closed with its last reference.
public protocol File: AnyObject, Sendable {
    /// Reads at an offset into the buffer; returns the number of bytes, 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int
    /// Writes at an offset; returns the number of bytes written, at least 1.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int
    /// Returns after all written bytes of this file are on stable storage.
    ///
    /// A failure is final: the kernel may have dropped the bytes, so it must never be tried again
    /// on this file.
    func synchronize() throws(SystemError)
    /// Asks the kernel to forget cached pages that are not waiting to be written, so that the next
    /// read comes from the disk.
    func dropCache() throws(SystemError)
    /// Length in bytes.
    func size() throws(SystemError) -> Int
}

/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable {
    /// Name of the call, such as `pwrite`.
    public let operation: String
    /// The file or directory.
    public let path: String
    /// The value of errno.
    public let code: Int32

    /// A failure of a call on a path.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }
}
