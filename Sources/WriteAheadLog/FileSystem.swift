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
    /// Bytes that a file in a directory may still take.
    func freeBytes(_ directory: String) throws(SystemError) -> Int
    /// What tells the file under a name from every other one.
    func identity(_ path: String) throws(SystemError) -> FileIdentity
    /// Whether the file system of a file keeps its identity as long as it exists, over mounts and restarts.
    func keepsIdentity(_ path: String) throws(SystemError) -> Bool
    /// Takes the exclusive lock on a file, creating it, and on these directories themselves, which
    /// nobody removes while they hold something; `nil` if another one holds one of them.
    ///
    /// The locks go with the last reference to the file returned, and with the process.
    func lock(_ path: String, with directories: [String]) throws(SystemError) -> (any File)?
    /// True if someone holds one of the locks; a file or directory that is not there is not held.
    func isLocked(_ path: String, with directories: [String]) throws(SystemError) -> Bool
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

/// What tells a file from every other one, its copies included, for as long as it exists.
///
/// The device is left out: its number may be another one after a restart of the machine.
public struct FileIdentity: Hashable, Sendable {
    /// The inode's number.
    public let inode: UInt64
    /// When it was made, in nanoseconds since the epoch; 0 where the file system does not keep it.
    public let birth: Int64

    /// An identity of these two.
    public init(inode: UInt64, birth: Int64) {
        self.inode = inode
        self.birth = birth
    }

    /// Whether both may be one file's: its birth may have become known, or not be known any more, with
    /// another kernel.
    func fits(_ other: FileIdentity) -> Bool {
        inode == other.inode && (birth == 0 || other.birth == 0 || birth == other.birth)
    }
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
