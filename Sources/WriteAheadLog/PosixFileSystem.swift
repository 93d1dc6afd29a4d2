import Glibc

/// The operating system's files (Linux).
///
/// Every system call of this module is made in this file, by one rule: a call that returns −1 is
/// tried again if errno is EINTR, and otherwise becomes a `SystemError` that carries errno, read
/// before any other call can change it. `fdatasync` alone is never repeated: after a failure the
/// kernel may have dropped the dirty pages, and a second call would report success for bytes that
/// are not on the disk. `close` is not repeated either: on Linux the descriptor is gone whatever it
/// returns.
public struct PosixFileSystem: FileSystem {
    /// The operating system's files.
    public init() {}

    /// Opens a file with close-on-exec, mode 0600.
    public func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        let flags =
            switch access {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create: O_RDWR | O_CREAT
            }
        return try PosixFile(path: path, flags: flags)
    }

    /// Makes a directory, mode 0700, and those above it.
    public func createDirectory(_ path: String) throws(SystemError) {
        // safe, here and below: a Swift string lends its bytes to the call as a C string.
        if unsafe mkdir(path, 0o700) == 0 { return }
        let code = errno
        if code == EEXIST { return }
        if code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try createDirectory(String(path[..<slash]))
            if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw SystemError(operation: "mkdir", path: path, code: code)
    }

    /// Names in a directory without `.` and `..`.
    public func list(_ directory: String) throws(SystemError) -> [String] {
        // safe: the stream is owned by this function, and an entry is copied before the next call.
        guard let stream = unsafe opendir(directory) else {
            throw SystemError(operation: "opendir", path: directory, code: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Renames a file, replacing what has the new name.
    public func rename(_ path: String, to newPath: String) throws(SystemError) {
        _ = try retrying("rename", newPath) { unsafe Glibc.rename(path, newPath) }
    }

    /// Removes a name.
    public func remove(_ path: String) throws(SystemError) {
        _ = try retrying("unlink", path) { unsafe unlink(path) }
    }

    /// Syncs a directory's entries.
    public func synchronizeDirectory(_ path: String) throws(SystemError) {
        let directory = try PosixFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        guard fsync(directory.descriptor) == 0 else {
            throw SystemError(operation: "fsync", path: path, code: errno)
        }
    }

    /// Takes an open-file-description lock: unlike a process's lock it also excludes a second
    /// writer in the same process, and unlike flock it can be looked at without being taken.
    public func lock(_ path: String) throws(SystemError) -> (any File)? {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT)
        var request = Self.wholeFile
        // safe: the structure outlives the call, which only reads it.
        let result = unsafe withUnsafeMutablePointer(to: &request) { pointer in
            unsafe fcntl(file.descriptor, Self.setLock, UnsafeMutableRawPointer(pointer))
        }
        if result == 0 { return file }
        let code = errno
        if code == EAGAIN || code == EACCES { return nil }
        throw SystemError(operation: "fcntl", path: path, code: code)
    }

    /// Asks who would be in the way of a lock.
    public func isLocked(_ path: String) throws(SystemError) -> Bool {
        let file = try PosixFile(path: path, flags: O_RDONLY)
        var request = Self.wholeFile
        // A shared request: an exclusive one needs a descriptor open for writing only to be set,
        // but a shared one is what a reader may ask for on every kernel.
        request.l_type = Int16(F_RDLCK)
        // safe: the structure outlives the call, which fills it in.
        let result = unsafe withUnsafeMutablePointer(to: &request) { pointer in
            unsafe fcntl(file.descriptor, Self.getLock, UnsafeMutableRawPointer(pointer))
        }
        guard result == 0 else { throw SystemError(operation: "fcntl", path: path, code: errno) }
        return request.l_type != Int16(F_UNLCK)
    }

    /// Lets every other thread go first (Linux keeps a nice value for each thread).
    static func lowerPriorityOfThread() {
        // A refusal leaves the thread at the usual priority, which is only less polite.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
    }

    /// F_OFD_GETLK and F_OFD_SETLK of Linux (fcntl(2)), which the C module does not export.
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37
    private static var wholeFile: flock {
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        return request
    }
}

/// An open descriptor.
private final class PosixFile: File {
    let descriptor: Int32
    let path: String

    init(path: String, flags: Int32) throws(SystemError) {
        self.path = path
        descriptor = try retrying("open", path) {
            unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        }
    }

    deinit { Glibc.close(descriptor) }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        // safe: the caller's buffer is valid for its count during the call.
        try retrying("pread", path) {
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        // safe: as above.
        try retrying("pwrite", path) {
            unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
        }
    }

    func synchronize() throws(SystemError) {
        guard fdatasync(descriptor) == 0 else {
            throw SystemError(operation: "fdatasync", path: path, code: errno)
        }
    }

    func dropCache() throws(SystemError) {
        let code = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        guard code == 0 else {
            throw SystemError(operation: "posix_fadvise", path: path, code: code)
        }
        // A hint: whoever drops it reads it all next, and the disk may begin now.
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED)
    }

    func size() throws(SystemError) -> Int {
        try retrying("lseek", path) { lseek(descriptor, 0, SEEK_END) }
    }
}

extension SystemError {
    /// What the log does differently about a failure.
    enum Kind {
        case noSpace, notPermitted, notFound, other
    }

    var kind: Kind {
        switch code {
        case ENOSPC, EDQUOT: .noSpace
        case EACCES, EPERM, EROFS: .notPermitted
        case ENOENT, ENOTDIR: .notFound
        default: .other
        }
    }

    /// The system's name for a value of errno.
    static func text(of code: Int32) -> String {
        // safe: strerror returns a string of the C library; it is copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

/// Makes a call again while a signal interrupts it.
private func retrying<Value: FixedWidthInteger>(
    _ operation: String,
    _ path: String,
    _ call: () -> Value
) throws(SystemError) -> Value {
    while true {
        let value = call()
        if value != -1 { return value }
        let code = errno
        if code != EINTR { throw SystemError(operation: operation, path: path, code: code) }
    }
}
