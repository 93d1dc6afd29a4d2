/// Copies a log into another directory, beside its writer, and shows that the copy is whole
/// (docs/operations.md, backups).
///
/// Sealed segments never change but by being recompressed, so one that is there already is left as
/// it is. Of the segment in use the frames that were durable when the backup began are copied. What is
/// copied is synced; the mark comes last, so that an interrupted backup is an older one, or a log that
/// ends somewhere before.
public struct LogBackup {
    /// How much is read and written at a time.
    private static let chunk = 1 << 20
    /// How often it begins again because the writer retired or recompressed what was to be copied.
    private static let attempts = 5

    private let source: LogPaths
    private let target: LogPaths
    private let fileSystem: any FileSystem
    private let progress: (_ done: Int, _ total: Int) -> Void
    private var report = BackupReport()

    /// Brings the copy in a directory up to what is durable now, and verifies it.
    ///
    /// `progress` is told the bytes copied, then the bytes verified. Blocks on I/O.
    ///
    /// - Throws: `backupRefused` if the directory holds what this backup must not replace;
    ///   `directoryInUse`, `corrupt` if the log or the copy is damaged, `diskFull`, `io`.
    public static func run(
        from directory: String,
        to target: String,
        fileSystem: any FileSystem = PosixFileSystem(),
        progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> BackupReport {
        var backup = LogBackup(
            source: LogPaths(directory: directory),
            target: LogPaths(directory: target),
            fileSystem: fileSystem,
            progress: progress
        )
        try backup.checkApart()
        let lock = try DataDirectory.takeLock(backup.target, in: fileSystem)
        return try withExtendedLifetime(lock) {
            try backup.run()
            return backup.report
        }
    }

    private init(
        source: LogPaths,
        target: LogPaths,
        fileSystem: any FileSystem,
        progress: @escaping (Int, Int) -> Void
    ) {
        self.source = source
        self.target = target
        self.fileSystem = fileSystem
        self.progress = progress
    }

    /// A directory is not backed up into itself, whatever it is called.
    private func checkApart() throws(LogError) {
        do throws(SystemError) {
            let here = try fileSystem.identity(source.segments)
            guard here == (try fileSystem.identity(target.segments)) else { return }
        } catch {
            if error.kind == .notFound { return }
            throw LogError(error)
        }
        throw .backupRefused(path: target.directory, reason: "it is the log itself")
    }

    private mutating func run() throws {
        var reader = try LogReader(source.directory, fileSystem: fileSystem)
        let last = try reader.durableSequence()
        try checkTarget(&reader, last)
        for attempt in 1... {
            do {
                report = BackupReport()
                report.directory = target.directory
                try reader.refresh()
                try copy(reader.list, through: last)
                break
            } catch let error as LogError where attempt < Self.attempts && error.isOvertaken {
                continue
            }
        }
        let link = try reader.link(at: last)
        try verify(through: last, link)
    }

    // MARK: - What is there

    /// What the directory holds must be an older state of this very log.
    private func checkTarget(_ reader: inout LogReader, _ last: UInt64) throws {
        guard
            try DataDirectory.version(target, in: fileSystem) != nil,
            let mark = try DurableMark.read(target.mark, in: fileSystem)
        else { return try checkWithoutMark() }
        func refuse(_ reason: String) -> LogError {
            .backupRefused(path: target.directory, reason: reason)
        }
        var copy: LogReader
        let copied: UInt64
        do throws(LogError) {
            copy = try LogReader(target.directory, fileSystem: fileSystem)
            copied = try copy.durableSequence()
        } catch {
            throw refuse("what it holds can't be read (\(error))")
        }
        guard mark.logID == reader.logID else { throw refuse("it holds log \(mark.logID)") }
        guard copied <= last else {
            throw refuse(
                "it holds records through \(copied), and the log ends with \(last): what is missing "
                    + "there must not go here too"
            )
        }
        guard
            try copied < reader.firstSequence() || copied == 0
                || copy.link(at: copied) == reader.link(at: copied)
        else { throw refuse("it was written to since it was a copy of this log") }
    }

    /// Segments without a mark are a backup's that was interrupted, or nothing to write into.
    private func checkWithoutMark() throws(LogError) {
        let (target, fileSystem) = (target, fileSystem)
        let names = try onDisk { () throws(SystemError) in try fileSystem.list(target.segments) }
        guard names.contains(where: { LogPaths.number($0) != nil }) else { return }
        let isBackup = try onDisk { () throws(SystemError) in
            try fileSystem.list(target.directory).contains(Self.unfinished)
        }
        guard !isBackup else { return }
        throw .backupRefused(
            path: target.directory,
            reason: "it holds segments, but no mark that says how far they go"
        )
    }

    /// Is there until the first backup into a directory is whole.
    private static let unfinished = "backup.unfinished"

    // MARK: - Copying

    private mutating func copy(_ list: SegmentList, through last: UInt64) throws {
        guard let first = list.begun.first else {
            throw LogError.notALog(path: source.directory, reason: "no segment was begun")
        }
        let wanted = list.begun.filter {
            $0.number == first.number || $0.header.firstSequence <= last
        }
        report.logID = first.header.logID
        report.firstSequence = list.firstSequence
        report.lastSequence = last
        report.segments = wanted.count
        let total = wanted.map(\.header.segmentSize).reduce(0, +)
        try prepareTarget()
        var end = 0
        for (index, segment) in wanted.enumerated() {
            let isSealed: Bool
            if case .valid(let footer) = try segment.footer() {
                isSealed = footer.tally.lastSequence <= last
                end = footer.endOffset
            } else {
                isSealed = false
            }
            if isSealed {
                try copySealed(segment)
            } else {
                guard index + 1 == wanted.count else {
                    throw segment.corrupt(segment.header.footerOffset, "the footer is damaged")
                }
                end = try copyActive(segment, through: last)
            }
            progress(wanted[...index].map(\.header.segmentSize).reduce(0, +), total)
        }
        guard let active = wanted.last else { return }
        try finish(list, active, end)
    }

    private func prepareTarget() throws(LogError) {
        let (target, fileSystem) = (target, fileSystem)
        let version = try DataDirectory.version(target, in: fileSystem)
        try onDisk { () throws(SystemError) in
            if version == nil {
                let path = "\(target.directory)/\(Self.unfinished)"
                try fileSystem.open(path, .create).synchronize()
                try DataDirectory.writeVersion(target, in: fileSystem)
            }
        }
    }

    /// Copies a segment that is complete, unless the same one is there.
    private mutating func copySealed(_ segment: SegmentFile) throws(LogError) {
        if try isCopied(segment) {
            report.unchanged += 1
            return
        }
        let size = segment.header.segmentSize
        try write(segment.number, size: size) { file throws(SystemError) in
            try Self.copy(segment.file, 0..<size, to: file)
        }
    }

    /// True if the copy has the same first page and footer: the same frames, by the chain in both, which
    /// is checked at the end.
    private func isCopied(_ segment: SegmentFile) throws(LogError) -> Bool {
        let header = segment.header
        let (fileSystem, path) = (fileSystem, target.segment(segment.number))
        do throws(SystemError) {
            let file = try fileSystem.open(path, .read)
            guard try file.size() == header.segmentSize else { return false }
            for part in [0..<Format.pageSize, header.footerOffset..<header.segmentSize] {
                let copied = try file.bytes(at: part.lowerBound, count: part.count)
                let bytes = try segment.file.bytes(at: part.lowerBound, count: part.count)
                guard copied == bytes else { return false }
            }
            return true
        } catch {
            if error.kind == .notFound { return false }
            throw LogError(error)
        }
    }

    /// Copies the frames of the segment in use; returns where they end.
    private mutating func copyActive(
        _ segment: SegmentFile,
        through last: UInt64
    ) throws(LogError) -> Int {
        var reader = FrameReader(segment)
        var position = FramePosition(startOf: segment.header)
        while position.nextSequence <= last {
            switch try reader.frame(at: position) {
            case .frame(let header): position.advance(past: header)
            case .unfinished(let reason), .misplaced(let reason):
                throw segment.corrupt(position.offset, reason)
            }
        }
        let end = position.offset
        let size = segment.header.segmentSize
        try write(segment.number, size: end) { file throws(SystemError) in
            try Self.copy(segment.file, 0..<end, to: file)
            try file.writeZeroes(end..<size)
        }
        return end
    }

    /// Writes a segment under a temporary name, syncs it, and gives it its own.
    private mutating func write(
        _ number: UInt32,
        size: Int,
        _ body: (any File) throws(SystemError) -> Void
    ) throws(LogError) {
        let (fileSystem, path, segments) = (fileSystem, target.segment(number), target.segments)
        try onDisk { () throws(SystemError) in
            try fileSystem.removeIfPresent(path + ".tmp")
            let file = try fileSystem.open(path + ".tmp", .create)
            try body(file)
            try file.synchronize()
            try fileSystem.rename(path + ".tmp", to: path)
            try fileSystem.synchronizeDirectory(segments)
        }
        report.copied += 1
        report.bytes += size
    }

    private static func copy(
        _ source: any File,
        _ range: Range<Int>,
        to target: any File
    ) throws(SystemError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try source.bytes(at: offset, count: min(chunk, range.upperBound - offset))
            guard !bytes.isEmpty else { return }
            try target.writeAll(bytes, at: offset)
            offset += bytes.count
        }
    }

    /// Says where the log begins and how far it goes; the mark comes last.
    private func finish(_ list: SegmentList, _ last: SegmentFile, _ end: Int) throws(LogError) {
        let (target, fileSystem) = (target, fileSystem)
        let generation = try DurableMark.read(target.mark, in: fileSystem)?.generation ?? 0
        let mark = DurableMark(
            generation: generation + 1,
            logID: last.header.logID,
            sequence: report.lastSequence,
            segment: last.number,
            closedCleanly: true,
            offset: end,
            pid: 0
        )
        try onDisk { () throws(SystemError) in
            if let retirement = list.retirement {
                try retirement.write(target, in: fileSystem)
                try retirement.removeSegments(target, in: fileSystem)
            }
            // What was prepared there holds nothing.
            for name in try fileSystem.list(target.segments) {
                guard let number = LogPaths.number(name), number > last.number else { continue }
                try fileSystem.remove(target.segment(number))
            }
            try fileSystem.synchronizeDirectory(target.segments)
            let file = try fileSystem.open(target.mark, .create)
            var bytes = [UInt8](repeating: 0, count: DurableMark.size)
            try mark.write(to: file, using: &bytes)
            try MarkOrigin.claim(file, target.mark, in: fileSystem)
            try file.synchronize()
            try fileSystem.removeIfPresent("\(target.directory)/\(Self.unfinished)")
            try DataDirectory.synchronizeNames(target, in: fileSystem)
        }
    }

    // MARK: - Showing that it is whole

    private mutating func verify(through last: UInt64, _ link: [UInt8]?) throws {
        var reader = try LogReader(target.directory, fileSystem: fileSystem)
        let found = try reader.verify(progress: progress)
        if let problem = found.problem {
            throw LogError.corrupt(
                segment: problem.segment,
                offset: problem.offset,
                reason: "\(problem.reason), in the copy \(target.directory)"
            )
        }
        guard try reader.durableSequence() == last, link == nil || found.chain == link else {
            throw LogError.corrupt(
                segment: 0,
                offset: 0,
                reason: "the copy \(target.directory) does not end as the log did"
            )
        }
        report.chain = found.chain
        report.verifiedRecords = Int(found.checked.records)
    }
}

extension LogError {
    /// Whether a file that is not there any more is why: the writer retires and recompresses.
    fileprivate var isOvertaken: Bool {
        if case .io(_, _, let code) = self { return code == SystemError.noSuchFile }
        return false
    }
}
