@testable import WriteAheadLog

/// What a disk may hold at one moment: what was synced for certain, and of everything since then any
/// version that was ever in the kernel's memory, sector by sector and name by name.
///
/// The model, which is harsher than any one file system:
/// - a sector of 512 bytes holds one of the contents it had since its file was last synced, whatever
///   the others hold;
/// - a file's length is the one last synced, the one written, or one between, whether or not its
///   bytes arrived; what was not written below it reads as zeroes;
/// - a name leads to one of the files it led to since its directory was last synced, whatever became
///   of other names.
struct DiskModel {
    static let sectorSize = 512

    struct Version {
        /// When it came to be: its place in the trace.
        let change: Int
        let bytes: [UInt8]
    }

    struct Inode {
        var durable: [UInt8] = []
        var cached: [UInt8] = []
        /// Contents of each sector since the last sync, oldest first.
        var dirty: [Int: [Version]] = [:]
        /// Lengths since the last sync, oldest first, with when they came to be.
        var lengths: [(change: Int, length: Int)] = []
    }

    struct Name {
        var durable: Int?
        var current: Int?
        /// Files since the last sync of the directory, oldest first.
        var since: [(change: Int, inode: Int?)] = []
    }

    /// Whether the files are other ones than those that their bytes were written to first.
    let isCopy: Bool
    private(set) var inodes: [Inode] = []
    private(set) var names: [String: Name] = [:]
    /// What someone counts on at this moment.
    private(set) var promised: UInt64 = 0
    private(set) var changes = 0

    init(_ image: DiskImage, promised: UInt64) {
        self.promised = promised
        isCopy = image.isCopy
        for (path, bytes) in image.inOrder {
            names[path] = Name(durable: inodes.count, current: inodes.count)
            inodes.append(Inode(durable: bytes, cached: bytes))
        }
    }

    mutating func apply(_ change: DiskChange) {
        changes += 1
        switch change {
        case .create(let path, let inode):
            while inodes.count <= inode { inodes.append(Inode()) }
            setName(path, inode)
        case .write(let inode, let offset, let bytes):
            write(inode, offset, bytes)
            // Readers show what the mark names, so from here on someone counts on it.
            if offset < MarkOrigin.offset,
                names["\(MemoryFileSystem.directory)/durable"]?.current == inode
            {
                promised = max(promised, bytes.integer(UInt64.self, at: 32))
            }
        case .synchronize(let inode):
            inodes[inode].durable = inodes[inode].cached
            inodes[inode].dirty = [:]
            inodes[inode].lengths = []
        case .rename(let path, let newPath):
            let inode = names[path]?.current
            setName(path, nil)
            setName(newPath, inode)
        case .remove(let path): setName(path, nil)
        case .synchronizeDirectory(let directory): synchronizeDirectory(directory)
        case .promise(let sequence): promised = max(promised, sequence)
        }
    }

    private mutating func setName(_ path: String, _ inode: Int?) {
        names[path, default: Name()].current = inode
        names[path]?.since.append((changes, inode))
    }

    private mutating func synchronizeDirectory(_ directory: String) {
        for (path, name) in names {
            guard let slash = path.lastIndex(of: "/"), path[..<slash] == directory[...] else {
                continue
            }
            names[path] = Name(durable: name.current, current: name.current)
        }
    }

    private mutating func write(_ index: Int, _ offset: Int, _ bytes: [UInt8]) {
        let before = inodes[index].cached.count
        inodes[index].cached.put(bytes[...], at: offset)
        let cached = inodes[index].cached
        if cached.count > before { inodes[index].lengths.append((changes, cached.count)) }
        let size = Self.sectorSize
        for sector in (offset / size)...((offset + bytes.count - 1) / size) {
            let end = min((sector + 1) * size, cached.count)
            let content = Array(cached[(sector * size)..<end])
            let last = inodes[index].dirty[sector]?.last?.bytes[...] ?? inodes[index].synced(sector)
            // A sector that is as it was, or zero where none was, has no version of its own.
            if content.elementsEqual(last) || (last.isEmpty && content.allSatisfy { $0 == 0 }) {
                continue
            }
            inodes[index].dirty[sector, default: []].append(
                Version(change: changes, bytes: content)
            )
        }
    }
}

extension DiskModel.Inode {
    /// What the disk holds of a sector for certain, fewer bytes at the file's end.
    func synced(_ sector: Int) -> ArraySlice<UInt8> {
        let start = min(sector * DiskModel.sectorSize, durable.count)
        return durable[start..<min(start + DiskModel.sectorSize, durable.count)]
    }
}
