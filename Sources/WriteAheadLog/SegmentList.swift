/// The segments of a log in order: those that were begun, and what lies behind them.
struct SegmentList {
    /// A segment without a valid page 0.
    struct Unbegun {
        let number: UInt32
        let file: any File
        /// Why page 0 is not valid; `nil` if it is all zero.
        let damage: String?
    }

    let paths: LogPaths
    /// Where the log begins, if older segments were retired.
    let retirement: Retirement?
    private(set) var begun: [SegmentFile] = []
    private(set) var unbegun: [Unbegun] = []

    /// Opens the segments and checks that numbers, identity and first sequences go on from one to
    /// the next.
    ///
    /// `uncached` asks the disk, not the kernel's cache, for the last segments.
    init(
        _ paths: LogPaths,
        in fileSystem: any FileSystem,
        _ access: FileAccess,
        uncached: Bool = false
    ) throws(LogError) {
        var retirement = try Retirement.read(paths, in: fileSystem)
        while true {
            do throws(LogError) {
                self = try Self.opened(paths, fileSystem, access, uncached, retirement)
                return
            } catch {
                // The writer may have retired segments between the listing and the opening.
                let now = try Retirement.read(paths, in: fileSystem)
                guard now != retirement else { throw error }
                retirement = now
            }
        }
    }

    private init(_ paths: LogPaths, _ retirement: Retirement?) {
        self.paths = paths
        self.retirement = retirement
    }

    private static func opened(
        _ paths: LogPaths,
        _ fileSystem: any FileSystem,
        _ access: FileAccess,
        _ uncached: Bool,
        _ retirement: Retirement?
    ) throws(LogError) -> SegmentList {
        var list = SegmentList(paths, retirement)
        let names = try onDisk { () throws(SystemError) in try fileSystem.list(paths.segments) }
        let first = retirement?.firstSegment ?? 1
        let numbers = names.compactMap(LogPaths.number).filter { $0 >= first }.sorted()
        if numbers.isEmpty, retirement != nil { throw missing(first) }
        for (index, number) in numbers.enumerated() {
            let expected = first + UInt32(index)
            guard number == expected else { throw missing(expected) }
            let dropping = uncached && index + 2 >= numbers.count
            let path = paths.segment(number)
            let (file, page, size) = try onDisk { () throws(SystemError) in
                let file = try fileSystem.open(path, access)
                if dropping { try file.dropCache() }
                let page = try file.bytes(at: 0, count: Format.pageSize)
                return (file, page, try file.size())
            }
            try list.add(number, file, page, size: size)
        }
        return list
    }

    private static func missing(_ number: UInt32) -> LogError {
        .corrupt(segment: number, offset: 0, reason: "the segment's file is missing")
    }

    private mutating func add(
        _ number: UInt32,
        _ file: any File,
        _ page: [UInt8],
        size: Int
    ) throws(LogError) {
        guard page.count == Format.pageSize else {
            unbegun.append(Unbegun(number: number, file: file, damage: "the first page is cut"))
            return
        }
        switch SegmentHeader.parse(page) {
        case .blank:
            unbegun.append(Unbegun(number: number, file: file, damage: nil))
        case .invalid(let reason):
            unbegun.append(Unbegun(number: number, file: file, damage: reason))
        case .newer(let version):
            throw .newerVersion(
                path: paths.segment(number),
                found: Int(version),
                supported: Int(Format.segmentVersion)
            )
        case .valid(let header):
            try begin(SegmentFile(file: file, header: header), named: number, size: size)
        }
    }

    private mutating func begin(
        _ segment: SegmentFile,
        named number: UInt32,
        size: Int
    ) throws(LogError) {
        let header = segment.header
        func fail(_ reason: String) -> LogError {
            .corrupt(segment: number, offset: 0, reason: reason)
        }
        if let blank = unbegun.first {
            let damage = blank.damage ?? "the first page is blank"
            throw .corrupt(
                segment: blank.number,
                offset: 0,
                reason: "\(damage), though a later segment was begun"
            )
        }
        guard header.number == number else {
            throw fail("its first page says segment \(header.number): files were exchanged")
        }
        guard size == header.segmentSize else {
            throw fail("it has \(size) bytes, not \(header.segmentSize)")
        }
        if let before = begun.last?.header {
            guard header.logID == before.logID else { throw fail("it belongs to another log") }
            guard header.firstSequence >= before.firstSequence else {
                throw fail("its sequence numbers go back")
            }
        } else if let retirement {
            guard Retirement(keeping: header) == retirement else {
                throw fail("the log was retired up to another place than this")
            }
        } else {
            guard
                header.firstSequence == 1,
                header.previousChain == HashChain.origin(header.logID)
            else { throw fail("the log does not begin here") }
        }
        begun.append(segment)
    }

    /// First sequence number that can be read: 1, unless older ones were retired.
    var firstSequence: UInt64 { retirement?.firstSequence ?? 1 }

    /// Checks that each segment but the last is sealed and continued by the next one.
    func checkSeals() throws(LogError) {
        for (segment, next) in zip(begun, begun.dropFirst()) {
            guard case .valid(let footer) = try segment.footer() else {
                throw segment.corrupt(
                    segment.header.footerOffset,
                    "the footer is damaged or missing, though a later segment was begun"
                )
            }
            try footer.checkContinued(by: next.header)
        }
    }
}

extension SegmentFooter {
    /// Checks that a segment begins where this one ended.
    func checkContinued(by next: SegmentHeader) throws(LogError) {
        guard
            next.firstSequence == tally.lastSequence + 1,
            next.previousChain == chain,
            next.previousTime == tally.lastTime
        else {
            throw .corrupt(
                segment: next.number,
                offset: 0,
                reason: "it does not continue the segment before it"
            )
        }
    }
}
