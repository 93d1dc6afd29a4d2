import Synchronization
import WriteAheadLog

/// An open file of a `MemoryFileSystem`.
final class MemoryFile: File {
    let system: MemoryFileSystem
    let path: String
    let inode: Int
    /// The locks that go with it.
    let locks: [String]

    init(_ system: MemoryFileSystem, _ path: String, _ inode: Int, locks: [String]) {
        self.system = system
        self.path = path
        self.inode = inode
        self.locks = locks
    }

    deinit {
        if locks.isEmpty { return }
        system.state.withLock { state in for lock in locks { state.locks[lock] = nil } }
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        try system.call("pread", path, changes: false)
        return system.state.withLock { state in
            let count = min(buffer.count, max(0, state.inodes[inode].data.count - offset))
            guard count > 0 else { return 0 }
            unsafe state.inodes[inode].data.withUnsafeBytes { data in
                unsafe buffer.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: data[offset..<(offset + count)])
                )
            }
            return count
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let count = min(bytes.count, system.state.withLock { $0.writeLimit })
        let copy = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialised in
            unsafe UnsafeMutableRawBufferPointer(target)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
            initialised = count
        }
        do throws(SystemError) {
            try system.call("pwrite", path)
        } catch {
            // Part of a write that the power cut interrupts may reach the disk.
            system.state.withLock { state in
                if state.calls == state.cutAt {
                    state.inodes[inode].unsynced.append((offset, copy))
                }
            }
            throw error
        }
        system.state.withLock { state in
            state.inodes[inode].data.put(copy[...], at: offset)
            state.inodes[inode].unsynced.append((offset, copy))
            state.trace?.append(.write(inode: inode, offset: offset, copy))
        }
        return copy.count
    }

    func synchronize() throws(SystemError) {
        do throws(SystemError) {
            try system.call("fdatasync", path)
        } catch {
            // As Linux does: the pages count as clean from here on, though the disk never got them.
            system.state.withLock { state in
                if state.cutAt == nil { state.inodes[inode].unsynced = [] }
            }
            throw error
        }
        system.state.withLock { state in
            let unsynced = state.inodes[inode].unsynced
            state.inodes[inode].unsynced = []
            for (offset, bytes) in unsynced {
                state.inodes[inode].durable.put(bytes[...], at: offset)
            }
            state.trace?.append(.synchronize(inode: inode))
        }
    }

    /// What is clean is read from the disk again; what waits to be written stays.
    func dropCache() throws(SystemError) {
        try system.call("posix_fadvise", path, changes: false)
        system.state.withLock { state in
            var data = state.inodes[inode].durable
            // The length is the kernel's own and stays; what the disk never got reads as zeroes.
            let missing = max(0, state.inodes[inode].data.count - data.count)
            data += [UInt8](repeating: 0, count: missing)
            for (offset, bytes) in state.inodes[inode].unsynced { data.put(bytes[...], at: offset) }
            state.inodes[inode].data = data
        }
    }

    func size() throws(SystemError) -> Int {
        system.state.withLock { $0.inodes[inode].data.count }
    }
}
