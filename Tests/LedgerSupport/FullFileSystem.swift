import Glibc
import Synchronization
import TestSupport
import WriteAheadLog

/// Files on a disk that takes no further one while it is full.
final class FullFileSystem: ForwardingFileSystem {
    let below: any FileSystem = PosixFileSystem()
    let isFull = Atomic(false)

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        if path.hasSuffix(".seg.tmp"), isFull.load(ordering: .relaxed) {
            throw SystemError(operation: "pwrite", path: path, code: ENOSPC)
        }
        return try below.open(path, access)
    }

    func freeBytes(_ directory: String) throws(SystemError) -> Int {
        isFull.load(ordering: .relaxed) ? 0 : try below.freeBytes(directory)
    }
}
