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
                state.inodes.append(Inode(data: bytes, durable: bytes))
            }
            state.durableNames = state.names
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
        state.withLock { state in DiskImage(files: state.names.mapValues { state.inodes[$0].data })
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
        var draws = Draws(seed: 0)
        if case .some(let seed) = survival { draws = Draws(seed: seed) }
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
        _ draws: inout Draws
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
            state.trace?.append(.create(path, inode: state.inodes.count - 1))
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
