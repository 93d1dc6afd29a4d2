import Glibc
import Synchronization
import TestSupport
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
        /// What tells it from other files that have or had its name.
        var serial: UInt64 = 0
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
        /// How many files each name was made for.
        var makings: [String: UInt64] = [:]
        /// Whether everything was copied: other files of the same bytes.
        var isCopy = false
        /// Whether files keep their identities over mounts.
        var keepsIdentity = true
        /// Bytes that seem to be free.
        var free = Int.max
        /// Most bytes of one write.
        var writeLimit = Int.max
        /// What changed the disk so far, if it is recorded.
        var trace: [DiskChange]?
    }

    let state = Mutex(State())

    var calls: Int { state.withLock { $0.calls } }

    func cutPower(at call: Int) { state.withLock { $0.cutAt = call } }

    func refuse(_ refusal: (@Sendable (String, String) -> Int32?)?) {
        state.withLock { $0.refusal = refusal }
    }

    /// Files as they stand, all of them synced; they are numbered in the order of their paths.
    convenience init(_ image: DiskImage) {
        self.init()
        state.withLock { state in
            for (path, bytes) in image.inOrder {
                state.names[path] = state.inodes.count
                state.inodes.append(Inode(data: bytes, durable: bytes, serial: 1))
            }
            state.durableNames = state.names
            state.isCopy = image.isCopy
        }
    }

    /// Files after these changes, unsynced ones included, as the next process finds them when the one
    /// that made them was killed.
    convenience init(_ image: DiskImage, after changes: some Sequence<DiskChange>) {
        self.init(image)
        state.withLock { state in for change in changes { state.apply(change) } }
    }

    /// Everything as programs see it, whether synced or not.
    var image: DiskImage {
        state.withLock { state in
            DiskImage(
                files: state.names.mapValues { state.inodes[$0].data },
                isCopy: state.isCopy
            )
        }
    }

    /// Records every change from here on.
    func startTrace() { state.withLock { $0.trace = [] } }

    var trace: [DiskChange] { state.withLock { $0.trace ?? [] } }

    /// Notes in the trace that records were promised to be durable.
    func promise(through sequence: UInt64) {
        state.withLock { $0.trace?.append(.promise(sequence)) }
    }

    /// The files after a power cut (or, with `.everything`, after the process was killed).
    func afterCut(_ survival: Survival) -> MemoryFileSystem {
        let next = MemoryFileSystem()
        let (inodes, names, durableNames) = state.withLock {
            ($0.inodes, $0.names, $0.durableNames)
        }
        var draws = SeededRandom(seed: 0)
        if case .some(let seed) = survival { draws = SeededRandom(seed: seed) }
        next.state.withLock { state in
            state.inodes = inodes.map { Self.survivor($0, survival, &draws) }
            switch survival {
            case .nothing: state.names = durableNames
            case .everything: state.names = names
            case .some:
                for path in Set(names.keys).union(durableNames.keys).sorted() {
                    let kept = draws.oneIn(2) ? names[path] : durableNames[path]
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
        _ draws: inout SeededRandom
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
                    if draws.oneIn(2) {
                        data.put(bytes[(start - offset)..<(end - offset)], at: start)
                    }
                    start = end
                }
            }
        }
        return Inode(data: data, durable: data, serial: inode.serial)
    }

    // MARK: FileSystem

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        try call("open", path, changes: false)
        let inode = state.withLock { state -> Int? in
            if let inode = state.names[path] { return inode }
            guard access == .create else { return nil }
            state.makings[path, default: 0] += 1
            state.inodes.append(Inode(serial: state.makings[path] ?? 0))
            state.names[path] = state.inodes.count - 1
            state.trace?.append(.create(path, inode: state.inodes.count - 1))
            return state.inodes.count - 1
        }
        guard let inode else { throw SystemError(operation: "open", path: path, code: ENOENT) }
        return MemoryFile(self, path, inode, locks: [])
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
        state.withLock { state in
            state.names[newPath] = state.names.removeValue(forKey: path)
            state.trace?.append(.rename(path, to: newPath))
        }
    }

    func remove(_ path: String) throws(SystemError) {
        guard state.withLock({ $0.names[path] != nil }) else {
            throw SystemError(operation: "unlink", path: path, code: ENOENT)
        }
        try call("unlink", path)
        state.withLock { state in
            state.names.removeValue(forKey: path)
            state.trace?.append(.remove(path))
        }
    }

    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try call("fsync", path)
        state.withLock { state in
            let isIn = { (name: String) in
                name.hasPrefix(path + "/") && !name.dropFirst(path.count + 1).contains("/")
            }
            state.durableNames = state.durableNames.filter { !isIn($0.key) }
                .merging(state.names.filter { isIn($0.key) }) { $1 }
            state.trace?.append(.synchronizeDirectory(path))
        }
    }

    /// By name, so that a file is itself in each image of its disk.
    func identity(_ path: String) throws(SystemError) -> FileIdentity {
        try call("statx", path, changes: false)
        let found = state.withLock { state in
            state.names[path].map { (state.inodes[$0].serial, state.isCopy) }
        }
        guard let (serial, isCopy) = found else {
            throw SystemError(operation: "statx", path: path, code: ENOENT)
        }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return FileIdentity(inode: hash &+ serial, birth: isCopy ? 2 : 1)
    }

    func keepsIdentity(_ path: String) throws(SystemError) -> Bool {
        try call("statfs", path, changes: false)
        return state.withLock { $0.keepsIdentity }
    }

    func freeBytes(_ directory: String) throws(SystemError) -> Int { state.withLock { $0.free } }

    /// The lock of a file goes with the file, not with its name; a directory's stays.
    func lock(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> (any File)? {
        _ = try open(path, .create)
        let held = state.withLock { state -> [String]? in
            let file = "\(path) \(state.names[path] ?? 0)"
            let wanted = [file] + directories
            if wanted.contains(where: { state.locks[$0] != nil }) { return nil }
            for lock in wanted { state.locks[lock] = 1 }
            return wanted
        }
        guard let held else { return nil }
        return MemoryFile(self, path, state.withLock { $0.names[path] ?? 0 }, locks: held)
    }

    func isLocked(
        _ path: String,
        with directories: [String]
    ) throws(SystemError) -> Bool {
        state.withLock { state in
            let file = "\(path) \(state.names[path] ?? -1)"
            return ([file] + directories).contains { state.locks[$0] != nil }
        }
    }

    /// Counts a changing call, and fails it if the power is off or the test refuses it.
    func call(
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
