/// The open questions of a disk at one moment, and the image that follows from an answer to each.
struct Survival {
    /// A write of which the first bytes arrived before the power went.
    struct TornWrite {
        let inode: Int
        let offset: Int
        let bytes: ArraySlice<UInt8>
    }

    private enum Question {
        case name(place: Int, [Int?])
        case length(inode: Int, [Int])
        case sector(inode: Int, Int, [DiskModel.Version])
    }

    private let inodes: [DiskModel.Inode]
    private let isCopy: Bool
    /// Every name, with the file it leads to if that is not in question.
    private var paths: [(path: String, inode: Int?)] = []
    private var questions: [Question] = []
    /// When each answer but the first came to be, by question.
    private var moments: [[Int]] = []

    init(_ model: DiskModel) {
        inodes = model.inodes
        isCopy = model.isCopy
        var open: Set<Int> = []
        for (path, name) in model.names.sorted(by: { $0.key < $1.key }) {
            // Who holds the lock is not on the disk, and its text is for people.
            if path.hasSuffix("/lock") { continue }
            let versions = [name.durable] + name.since.map(\.inode)
            if !name.since.isEmpty {
                questions.append(.name(place: paths.count, versions))
                moments.append(name.since.map(\.change))
            }
            paths.append((path, name.durable))
            open.formUnion(versions.compactMap { $0 })
        }
        for inode in open.sorted() { ask(inode) }
    }

    private mutating func ask(_ index: Int) {
        let inode = inodes[index]
        if let last = inode.lengths.last {
            // Of the lengths in between, one stands for the others.
            let middle = (inode.durable.count + last.length) / 2
            questions.append(.length(inode: index, [inode.durable.count, middle, last.length]))
            moments.append([inode.lengths[0].change, last.change])
        }
        for (sector, versions) in inode.dirty.sorted(by: { $0.key < $1.key }) {
            questions.append(.sector(inode: index, sector, versions))
            moments.append(versions.map(\.change))
        }
    }

    /// Number of possible answers by question.
    ///
    /// Answer 0 is "nothing since the last sync", the last one "everything".
    var counts: [Int] { moments.map { $0.count + 1 } }

    /// The product of `counts`, at most `limit`.
    func combinations(upTo limit: Int) -> Int {
        var product = 1
        for count in counts {
            product *= count
            if product >= limit { return limit }
        }
        return product
    }

    /// The moments at which something came to be that is not certain.
    var changes: [Int] { Set(moments.joined()).sorted() }

    /// The answers of a disk that wrote everything in order up to a moment, and nothing after it.
    func answers(through change: Int) -> [Int] {
        moments.map { moments in moments.count { $0 <= change } }
    }

    /// The disk after these answers.
    func image(_ answers: [Int], torn: TornWrite? = nil) -> DiskImage {
        var paths = paths
        var contents: [Int: [UInt8]] = [:]
        for (question, answer) in zip(questions, answers) {
            switch question {
            case .name(let place, let versions): paths[place].inode = versions[answer]
            case .length(let inode, let lengths):
                let missing = lengths[answer] - inodes[inode].durable.count
                contents[inode] = inodes[inode].durable + [UInt8](repeating: 0, count: missing)
            case .sector(let inode, let sector, let versions):
                guard answer > 0 else { continue }
                // What lies behind the length that survived is not seen.
                let length = contents[inode]?.count ?? inodes[inode].durable.count
                let start = sector * DiskModel.sectorSize
                guard start < length else { continue }
                let bytes = versions[answer - 1].bytes.prefix(length - start)
                contents[inode, default: inodes[inode].durable].put(bytes, at: start)
            }
        }
        if let torn {
            contents[torn.inode, default: inodes[torn.inode].durable]
                .put(torn.bytes, at: torn.offset)
        }
        var image = DiskImage(isCopy: isCopy)
        for (path, inode) in paths {
            if let inode { image.files[path] = contents[inode] ?? inodes[inode].durable }
        }
        return image
    }
}
