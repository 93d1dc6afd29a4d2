public import WriteAheadLog

/// Files that pass every call on to others; a test's own kind says only what it does otherwise.
public protocol ForwardingFileSystem: FileSystem {
    /// Where calls go.
    var below: any FileSystem { get }
}

extension ForwardingFileSystem {
    /// Passed on.
    public func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        try below.open(path, access)
    }
    /// Passed on.
    public func createDirectory(_ path: String) throws(SystemError) {
        try below.createDirectory(path)
    }
    /// Passed on.
    public func list(_ directory: String) throws(SystemError) -> [String] {
        try below.list(directory)
    }
    /// Passed on.
    public func rename(_ path: String, to newPath: String) throws(SystemError) {
        try below.rename(path, to: newPath)
    }
    /// Passed on.
    public func remove(_ path: String) throws(SystemError) { try below.remove(path) }
    /// Passed on.
    public func synchronizeDirectory(_ path: String) throws(SystemError) {
        try below.synchronizeDirectory(path)
    }
    /// Passed on.
    public func freeBytes(_ directory: String) throws(SystemError) -> Int {
        try below.freeBytes(directory)
    }
    /// Passed on.
    public func identity(_ path: String) throws(SystemError) -> FileIdentity {
        try below.identity(path)
    }
    /// Passed on.
    public func lock(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> (any File)? {
        try below.lock(path, with: directories)
    }
    /// Passed on.
    public func keepsIdentity(_ path: String) throws(SystemError) -> Bool {
        try below.keepsIdentity(path)
    }
    /// Passed on.
    public func isLocked(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> Bool {
        try below.isLocked(path, with: directories)
    }
}

/// An open file that passes every call on to another.
public protocol ForwardingFile: File {
    /// Where calls go.
    var below: any File { get }
}

extension ForwardingFile {
    /// Passed on.
    public func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        // SAFETY: passed on as it is, and so below.
        try unsafe below.read(into: buffer, at: offset)
    }
    /// Passed on.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try unsafe below.write(bytes, at: offset)
    }
    /// Passed on.
    public func synchronize() throws(SystemError) { try below.synchronize() }
    /// Passed on.
    public func dropCache() throws(SystemError) { try below.dropCache() }
    /// Passed on.
    public func size() throws(SystemError) -> Int { try below.size() }
}
