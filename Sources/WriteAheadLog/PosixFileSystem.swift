import CLZ4
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
    let faults: SystemCallFaults?

    /// The operating system's files.
    public init() { faults = nil }

    /// The operating system's files with calls that fail when the test says so.
    init(faults: @escaping SystemCallFaults) { self.faults = faults }

    /// Opens a file with close-on-exec, mode 0600.
    public func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        let flags =
            switch access {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create: O_RDWR | O_CREAT
            }
        return try PosixFile(path: path, flags: flags, faults)
    }

    /// Makes a directory, mode 0700, and those above it.
    public func createDirectory(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try makeDirectory(path)
        } catch {
            guard
                error.code == ENOENT,
                let slash = path.lastIndex(of: "/"), slash != path.startIndex
            else { throw error }
            try createDirectory(String(path[..<slash]))
            try makeDirectory(path)
        }
    }

    private func makeDirectory(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            // SAFETY: here and below, a Swift string lends its bytes to the call as a C string.
            _ = try retrying("mkdir", path, faults) { unsafe mkdir(path, 0o700) }
        } catch  where error.code == EEXIST {
            return
        }
    }

    /// Names in a directory without `.` and `..`.
    public func list(_ directory: String) throws(SystemError) -> [String] {
        // SAFETY: the stream is owned by this function, and an entry is copied before the next
        // call.
        var opened: OpaquePointer?
        _ = try retrying("opendir", directory, faults) { () -> Int32 in
            unsafe opened = opendir(directory)
            return unsafe opened == nil ? -1 : 0
        }
        guard let stream = unsafe opened else { return [] }
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
        _ = try retrying("rename", newPath, faults) { unsafe Glibc.rename(path, newPath) }
    }

    /// Removes a name.
    public func remove(_ path: String) throws(SystemError) {
        _ = try retrying("unlink", path, faults) { unsafe unlink(path) }
    }

    /// Syncs a directory's entries.
    public func synchronizeDirectory(_ path: String) throws(SystemError) {
        let directory = try PosixFile(path: path, flags: O_RDONLY | O_DIRECTORY, faults)
        _ = try once("fsync", path, faults) { fsync(directory.descriptor) }
    }

    /// Bytes that this user's files may still take, but for quotas.
    public func freeBytes(_ directory: String) throws(SystemError) -> Int {
        var space = statvfs()
        _ = try retrying("statvfs", directory, faults) {
            // SAFETY: the structure outlives the call, which fills it in.
            unsafe statvfs(directory, &space)
        }
        let (bytes, isOver) = Int(clamping: space.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: space.f_frsize))
        return isOver ? .max : bytes
    }

    /// Asks for inode and birth.
    public func identity(_ path: String) throws(SystemError) -> FileIdentity {
        var (inode, birth): (UInt64, Int64) = (0, 0)
        _ = try retrying("statx", path, faults) {
            // SAFETY: the variables outlive the call, which fills them in.
            unsafe clz4_identity(path, &inode, &birth)
        }
        return FileIdentity(inode: inode, birth: birth)
    }

    /// Goes by the kind of the file system: others renumber their files with each mount (vfat, exFAT, many
    /// through FUSE, CIFS without the server's numbers), or are not known to do otherwise.
    public func keepsIdentity(_ path: String) throws(SystemError) -> Bool {
        var kind: UInt64 = 0
        _ = try retrying("statfs", path, faults) {
            // SAFETY: the variable outlives the call, which fills it in.
            unsafe clz4_file_system(path, &kind)
        }
        return Self.lastingKinds.contains(kind)
    }

    /// The magic numbers (statfs(2)) of ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, tmpfs, overlayfs and
    /// NFS.
    private static let lastingKinds: Set<UInt64> = [
        0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x2FC1_2FC1, 0xCA45_1A4E, 0x0102_1994,
        0x794C_7630, 0x6969,
    ]
}

/// An open descriptor.
final class PosixFile: File {
    let descriptor: Int32
    let path: String
    private let faults: SystemCallFaults?

    init(path: String, flags: Int32, _ faults: SystemCallFaults?) throws(SystemError) {
        self.path = path
        self.faults = faults
        descriptor = try retrying("open", path, faults) {
            unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        }
    }

    deinit { Glibc.close(descriptor) }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        // SAFETY: the caller's buffer is valid for its count during the call.
        let count = least(buffer.count, "pread", faults)
        return try retrying("pread", path, faults) {
            unsafe pread(descriptor, buffer.baseAddress, count, offset)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        // SAFETY: as above.
        let count = least(bytes.count, "pwrite", faults)
        return try retrying("pwrite", path, faults) {
            unsafe pwrite(descriptor, bytes.baseAddress, count, offset)
        }
    }

    func synchronize() throws(SystemError) {
        _ = try once("fdatasync", path, faults) { fdatasync(descriptor) }
    }

    func dropCache() throws(SystemError) {
        _ = try retrying("posix_fadvise", path, faults) { () -> Int32 in
            // It returns what others leave in errno.
            let code = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            if code == 0 { return 0 }
            errno = code
            return -1
        }
        // A hint: whoever drops it reads it all next, and the disk may begin now.
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED)
    }

    func size() throws(SystemError) -> Int {
        try retrying("lseek", path, faults) { lseek(descriptor, 0, SEEK_END) }
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

    /// There is a file of the name already.
    static let isThereAlready = EEXIST
    /// There is no file of the name.
    static let noSuchFile = ENOENT

    /// The system's name for a value of errno.
    static func text(of code: Int32) -> String {
        // SAFETY: strerror returns a string of the C library; it is copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

/// What a test makes of a system call before it is made.
enum SystemCallFault {
    /// It is not made, and fails with this errno.
    case fails(Int32)
    /// It is asked for no more than so many bytes.
    case isShort(Int)
}

/// Asked with the name of each call; `nil` lets it happen.
typealias SystemCallFaults = @Sendable (_ operation: String) -> SystemCallFault?

/// Makes a call again while a signal interrupts it.
func retrying<Value: FixedWidthInteger>(
    _ operation: String,
    _ path: String,
    _ faults: SystemCallFaults?,
    _ call: () -> Value
) throws(SystemError) -> Value {
    while true {
        do throws(SystemError) {
            return try once(operation, path, faults, call)
        } catch {
            if error.code != EINTR { throw error }
        }
    }
}

/// Makes a call once.
private func once<Value: FixedWidthInteger>(
    _ operation: String,
    _ path: String,
    _ faults: SystemCallFaults?,
    _ call: () -> Value
) throws(SystemError) -> Value {
    if case .fails(let code)? = faults?(operation) {
        throw SystemError(operation: operation, path: path, code: code)
    }
    let value = call()
    if value != -1 { return value }
    throw SystemError(operation: operation, path: path, code: errno)
}

/// The bytes that a call asks for.
private func least(_ count: Int, _ operation: String, _ faults: SystemCallFaults?) -> Int {
    guard case .isShort(let limit)? = faults?(operation + " length") else { return count }
    return min(count, max(limit, 1))
}
