import Glibc
import Synchronization
import WriteAheadLog

/// A file system in memory that remembers what was synced, fails when told to, and comes back from
/// a power cut with less than was written.
final class MemoryFileSystem: FileSystem {
    /// What a power cut leaves of the writes that were not synced.
    enum Survival {
        case nothing
        case everything
        /// Each 512-byte sector of each write, and each name, by the toss of a coin.
        case some(seed: UInt64)
    }

    struct Inode {
        var data: [UInt8] = []
        var durable: [UInt8] = []
        var unsynced: [(offset: Int, bytes: [UInt8])] = []
    }

    struct State {
        var inodes: [Inode] = []
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var locks: [String: Int32] = [:]
        /// Changing calls so far: writes, syncs, renames, removals.
        var calls = 0
        /// The power goes off at this call.
        var cutAt: Int?
        /// Answers a call by an error: operation, path.
        var refusal: (@Sendable (String, String) -> Int32?)?
        /// Most bytes of one write.
        var writeLimit = Int.max
    }

    let state = Mutex(State())

    var calls: Int { state.withLock { $0.calls } }

    func cutPower(at call: Int) { state.withLock { $0.cutAt = call } }

    func refuse(_ refusal: (@Sendable (String, String) -> Int32?)?) {
        state.withLock { $0.refusal = refusal }
    }

    /// The files after a power cut (or, with `.everything`, after the process was killed).
    func afterCut(_ survival: Survival) -> MemoryFileSystem {
        let next = MemoryFileSystem()
        let (inodes, names, durableNames) = state.withLock {
            ($0.inodes, $0.names, $0.durableNames)
        }
        var coin = Coin(seed: 0)
        if case .some(let seed) = survival { coin = Coin(seed: seed) }
        next.state.withLock { state in
            state.inodes = inodes.map { Self.survivor($0, survival, &coin) }
            switch survival {
            case .nothing: state.names = durableNames
            case .everything: state.names = names
            case .some:
                for path in Set(names.keys).union(durableNames.keys).sorted() {
                    let kept = coin.toss() ? names[path] : durableNames[path]
                    if let kept { state.names[path] = kept }
                }
            }
            state.durableNames = state.names
        }
        return next
    }

    private static func survivor(
        _ inode: Inode,
        _ survival: Survival,
        _ coin: inout Coin
    ) -> Inode {
        var data = inode.durable
        switch survival {
        case .nothing: break
        case .everything: data = inode.data
        case .some:
            for (offset, bytes) in inode.unsynced {
                var start = offset
                while start < offset + bytes.count {
                    let end = min((start / 512 + 1) * 512, offset + bytes.count)
                    if coin.toss() {
                        data.put(bytes[(start - offset)..<(end - offset)], at: start)
                    }
                    start = end
                }
            }
        }
        return Inode(data: data, durable: data)
    }

    // MARK: FileSystem

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        try call("open", path, changes: false)
        let inode = state.withLock { state -> Int? in
            if let inode = state.names[path] { return inode }
            guard access == .create else { return nil }
            state.inodes.append(Inode())
            state.names[path] = state.inodes.count - 1
            return state.inodes.count - 1
        }
        guard let inode else { throw SystemError(operation: "open", path: path, code: ENOENT) }
        return MemoryFile(self, path, inode, locks: false)
    }

    func createDirectory(_ path: String) throws(SystemError) {
        try call("mkdir", path, changes: false)
    }

    func list(_ directory: String) throws(SystemError) -> [String] {
        try call("opendir", directory, changes: false)
        return state.withLock { state in
            state.names.keys.filter { $0.hasPrefix(directory + "/") }
                .map { String($0.dropFirst(directory.count + 1)) }
                .filter { !$0.contains("/") }
        }
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try call("rename", path)
        state.withLock { state in state.names[newPath] = state.names.removeValue(forKey: path) }
    }

    func remove(_ path: String) throws(SystemError) {
        guard state.withLock({ $0.names[path] != nil }) else {
            throw SystemError(operation: "unlink", path: path, code: ENOENT)
        }
        try call("unlink", path)
        state.withLock { _ = $0.names.removeValue(forKey: path) }
    }

    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try call("fsync", path)
        state.withLock { state in
            let isIn = { (name: String) in
                name.hasPrefix(path + "/") && !name.dropFirst(path.count + 1).contains("/")
            }
            state.durableNames = state.durableNames.filter { !isIn($0.key) }
                .merging(state.names.filter { isIn($0.key) }) { $1 }
        }
    }

    func lock(_ path: String) throws(SystemError) -> (any File)? {
        let file = try open(path, .create)
        _ = file
        let isTaken = state.withLock { state in
            if state.locks[path] != nil { return false }
            state.locks[path] = 1
            return true
        }
        guard isTaken else { return nil }
        return MemoryFile(self, path, state.withLock { $0.names[path] ?? 0 }, locks: true)
    }

    func isLocked(_ path: String) throws(SystemError) -> Bool {
        state.withLock { $0.locks[path] != nil }
    }

    /// Counts a changing call, and fails it if the power is off or the test refuses it.
    fileprivate func call(
        _ operation: String,
        _ path: String,
        changes: Bool = true
    ) throws(SystemError) {
        let code = state.withLock { state -> Int32? in
            if changes { state.calls += 1 }
            if let cut = state.cutAt, state.calls >= cut { return EIO }
            return state.refusal?(operation, path)
        }
        if let code { throw SystemError(operation: operation, path: path, code: code) }
    }
}

private final class MemoryFile: File {
    let system: MemoryFileSystem
    let path: String
    let inode: Int
    let locks: Bool

    init(_ system: MemoryFileSystem, _ path: String, _ inode: Int, locks: Bool) {
        self.system = system
        self.path = path
        self.inode = inode
        self.locks = locks
    }

    deinit {
        if locks { system.state.withLock { _ = $0.locks.removeValue(forKey: path) } }
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
        }
        return copy.count
    }

    func synchronize() throws(SystemError) {
        try system.call("fdatasync", path)
        system.state.withLock { state in
            let unsynced = state.inodes[inode].unsynced
            state.inodes[inode].unsynced = []
            for (offset, bytes) in unsynced {
                state.inodes[inode].durable.put(bytes[...], at: offset)
            }
        }
    }

    func dropCache() throws(SystemError) {}

    func size() throws(SystemError) -> Int {
        system.state.withLock { $0.inodes[inode].data.count }
    }
}

/// A repeatable coin (SplitMix64).
struct Coin {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func toss() -> Bool { next() & 1 == 1 }
}

extension [UInt8] {
    /// Overwrites bytes from an offset on, with zeroes before it where the array is shorter.
    mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        if count < offset + bytes.count {
            self += [UInt8](repeating: 0, count: offset + bytes.count - count)
        }
        unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    .copyMemory(from: source)
            }
        }
    }
}
