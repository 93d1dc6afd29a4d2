import CLZ4
import Glibc

/// The locks that keep other writers out.
extension PosixFileSystem {
    /// Takes locks that the file and the directories hold themselves.
    ///
    /// An open-file-description lock on the file: unlike a process's lock it also excludes a
    /// second writer in the same process, and unlike flock it can be looked at without being taken. And
    /// flock on the directories, which may be had without a right to write: the file may be removed by
    /// somebody who takes it for a leftover, and a lock on the new one would exclude nobody.
    public func lock(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> (any File)? {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT, faults)
        var request = Self.wholeFile
        do throws(SystemError) {
            _ = try retrying("fcntl", path, faults) {
                // SAFETY: the structure outlives the call, which only reads it.
                unsafe withUnsafeMutablePointer(to: &request) { pointer in
                    unsafe fcntl(file.descriptor, Self.setLock, UnsafeMutableRawPointer(pointer))
                }
            }
        } catch  where error.code == EAGAIN || error.code == EACCES {
            return nil
        }
        var held: [PosixFile] = []
        for directory in directories {
            guard let directory = try lockDirectory(directory) else { return nil }
            held.append(directory)
        }
        return LockFile(file, held)
    }

    /// A reader that looks holds a directory for a moment, so it is tried for some time.
    private static let directoryTries = 20
    private static let directoryPause: UInt32 = 10_000

    /// The directory's descriptor, locked as far as its file system can; `nil` if another one holds it.
    private func lockDirectory(_ path: String) throws(SystemError) -> PosixFile? {
        let directory = try PosixFile(path: path, flags: O_RDONLY | O_DIRECTORY, faults)
        for attempt in 1...Self.directoryTries {
            if try take(LOCK_EX, of: directory) { return directory }
            if attempt < Self.directoryTries { usleep(Self.directoryPause) }
        }
        return nil
    }

    /// Takes a lock on a directory without waiting; true also where the file system has none, as NFS on
    /// directories: there the lock on the file has to do.
    private func take(_ operation: Int32, of directory: PosixFile) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try retrying("flock", directory.path, faults) {
                clz4_flock(directory.descriptor, operation | LOCK_NB)
            }
            return true
        } catch {
            switch error.code {
            case EAGAIN: return false
            case EBADF, EINVAL, ENOLCK, EOPNOTSUPP, ENOSYS: return true
            default: throw error
            }
        }
    }

    /// Asks who would be in the way of a lock.
    public func isLocked(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> Bool {
        if try isHeld(path) { return true }
        for path in directories {
            do throws(SystemError) {
                let directory = try PosixFile(path: path, flags: O_RDONLY | O_DIRECTORY, faults)
                // A shared one, released at once with the descriptor.
                if try !take(LOCK_SH, of: directory) { return true }
            } catch {
                if error.kind != .notFound { throw error }
            }
        }
        return false
    }

    private func isHeld(_ path: String) throws(SystemError) -> Bool {
        let file: PosixFile
        do throws(SystemError) {
            file = try PosixFile(path: path, flags: O_RDONLY, faults)
        } catch {
            if error.kind == .notFound { return false }
            throw error
        }
        var request = Self.wholeFile
        // A shared request: an exclusive one needs a descriptor open for writing only to be set,
        // but a shared one is what a reader may ask for on every kernel.
        request.l_type = Int16(F_RDLCK)
        _ = try retrying("fcntl", path, faults) {
            // SAFETY: the structure outlives the call, which fills it in.
            unsafe withUnsafeMutablePointer(to: &request) { pointer in
                unsafe fcntl(file.descriptor, Self.getLock, UnsafeMutableRawPointer(pointer))
            }
        }
        return request.l_type != Int16(F_UNLCK)
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

/// A file whose lock is held, with the directories that are locked beside it.
private final class LockFile: File {
    private let file: PosixFile
    private let directories: [PosixFile]

    init(_ file: PosixFile, _ directories: [PosixFile]) {
        self.file = file
        self.directories = directories
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        // SAFETY: passed on as it is, and so below.
        try unsafe file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        try unsafe file.write(bytes, at: offset)
    }

    func synchronize() throws(SystemError) { try file.synchronize() }
    func dropCache() throws(SystemError) { try file.dropCache() }
    func size() throws(SystemError) -> Int { try file.size() }
}
