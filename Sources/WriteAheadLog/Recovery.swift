import Foundation

/// Opens a directory for writing: takes the lock, checks versions, finds the end of the log, cuts a
/// torn tail, and creates what is missing.
struct Recovery {
    /// A log that is ready to be appended to.
    struct Recovered {
        let lock: any File
        let active: ActiveSegment
        let mark: DurableMark
        let markFile: any File
        let preparer: SegmentPreparer
        let watch: DirectoryWatch
        /// Sealed segments that were not recompressed.
        let pending: [UInt32]
        let report: RecoveryReport
    }

    private let paths: LogPaths
    private let fileSystem: any FileSystem
    private let options: LogOptions
    private let preparer: SegmentPreparer
    private var report = RecoveryReport()

    static func run(
        _ directory: String,
        options: LogOptions,
        in fileSystem: any FileSystem
    ) throws(LogError) -> Recovered {
        var recovery = Recovery(directory, options, fileSystem)
        return try recovery.open()
    }

    private init(_ directory: String, _ options: LogOptions, _ fileSystem: any FileSystem) {
        paths = LogPaths(directory: directory)
        self.fileSystem = fileSystem
        self.options = options
        preparer = SegmentPreparer(paths, in: fileSystem, segmentSize: options.segmentSize)
    }

    private mutating func open() throws(LogError) -> Recovered {
        let lock = try DataDirectory.takeLock(paths, in: fileSystem)
        let version = try DataDirectory.version(paths, in: fileSystem)
        var mark = try DurableMark.read(paths.mark, in: fileSystem)
        report.isCopy = try MarkOrigin.isCopy(paths.mark, in: fileSystem)
        // Whoever copied a log that was closed need not have synced the copy.
        report.closedCleanly = (mark?.closedCleanly ?? false) && !report.isCopy
        let (list, scan) = try scanned(&mark)
        if version == nil {
            guard list.begun.isEmpty else {
                throw .notALog(path: paths.version, reason: "the file is missing beside segments")
            }
        }
        try checkIdentity(list)
        try askWitnesses(scan.lastSequence, list.begun.last?.header.logID)
        if let cut = scan.cut { try apply(cut) }
        try onDisk { () throws(SystemError) in
            // What was found counts as durable from here on, so it has to be.
            if report.isCopy { try synchronizeCopy(list) }
            try scan.last?.file.synchronize()
            try removeUnfinished()
            try list.retirement?.removeSegments(paths, in: fileSystem)
            // Before the first segment of this version, so that an older build refuses the
            // directory by its version.
            if version != Format.directoryVersion {
                try DataDirectory.writeVersion(paths, in: fileSystem)
            } else if !report.closedCleanly {
                // A writer that was killed before it could sync them left names that exist, but that
                // a power cut takes away, and with them everything acknowledged from here on.
                try DataDirectory.synchronizeNames(paths, in: fileSystem)
            }
        }
        let active = try self.active(scan, list)
        return try ready(lock, active, mark, list)
    }

    /// The segments, and where they end; a copy is freed of what it got too late or in part.
    ///
    /// All of a copy is read: a segment that was sealed while it was copied may have a hole before a whole
    /// footer, which nobody would look for once the copy is a log of its own.
    private mutating func scanned(
        _ mark: inout DurableMark?
    ) throws(LogError) -> (SegmentList, TailScan) {
        guard report.isCopy else { return try scanned(mark) }
        let finished = try LogRepair.finishCopy(paths, time: Self.now, in: fileSystem)
        guard let finished else { return try scanned(mark) }
        report.copyGap = RecoveryReport.CopyGap(
            lastSequence: finished.lastSequence,
            knownSequence: finished.lastSequenceBefore,
            savedTo: finished.savedTo
        )
        mark = try DurableMark.read(paths.mark, in: fileSystem)
        return try scanned(mark)
    }

    private func scanned(_ mark: DurableMark?) throws(LogError) -> (SegmentList, TailScan) {
        let list = try SegmentList(paths, in: fileSystem, .write, uncached: !report.closedCleanly)
        return (list, try TailScan(list, mark: mark))
    }

    /// Asks what else knows how far the log went.
    ///
    /// A copy is explained by how it was made: what is ahead of it there is set aside before the copy
    /// becomes a log of its own, since it speaks of another course.
    private mutating func askWitnesses(_ last: UInt64, _ logID: LogID?) throws(LogError) {
        let ahead = options.witnesses(last).ahead(of: last, logID)
        guard let known = ahead.last else { return }
        guard report.isCopy else {
            throw .tailLost(last: last, known: known.sequence, witness: known.name)
        }
        let folder = report.copyGap?.savedTo ?? paths.repair(Self.now)
        let (paths, fileSystem) = (paths, fileSystem)
        try onDisk { () throws(SystemError) in
            try fileSystem.createDirectory(folder)
            try fileSystem.synchronizeDirectory(paths.segments)
            try ahead.setAside(to: folder, paths, in: fileSystem)
        }
        report.copyGap = RecoveryReport.CopyGap(
            lastSequence: last,
            knownSequence: max(report.copyGap?.knownSequence ?? 0, known.sequence),
            savedTo: folder
        )
    }

    /// Makes last what somebody copied and need not have synced: the segments, and whatever without which
    /// they are no log of this version or beginning, or no secret is the same.
    ///
    /// Snapshots and read models follow from the rest.
    private func synchronizeCopy(_ list: SegmentList) throws(SystemError) {
        for segment in list.begun { try segment.file.synchronize() }
        // What is prepared too: its length would be in doubt beside a torn frame of the segment before.
        for prepared in list.unbegun { try prepared.file.synchronize() }
        let keys = try fileSystem.list(paths.directory).filter { $0.hasSuffix(".key") }
            .map { "\(paths.directory)/\($0)" }
        for path in [paths.version, paths.retired] + keys where try fileSystem.isThere(path) {
            try fileSystem.open(path, .read).synchronize()
        }
        try fileSystem.synchronizeDirectory(paths.segments)
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    private func checkIdentity(_ list: SegmentList) throws(LogError) {
        guard let found = list.begun.last?.header.logID, let wanted = options.logID else { return }
        guard found == wanted else {
            throw .notALog(
                path: paths.directory,
                reason: "it holds log \(found), not \(wanted)"
            )
        }
    }

    /// Keeps the torn bytes in a side file, then overwrites them with zeroes.
    ///
    /// A crash in between leaves them in place, and the next opening does the same again.
    private mutating func apply(_ cut: TailScan.Cut) throws(LogError) {
        let path = paths.cut(cut.segment, offset: cut.range.lowerBound)
        try onDisk { () throws(SystemError) in
            let bytes = try cut.file.bytes(at: cut.range.lowerBound, count: cut.range.count)
            try fileSystem.removeIfPresent(path)
            let side = try fileSystem.open(path, .create)
            try side.writeAll(bytes, at: 0)
            try side.synchronize()
            try fileSystem.synchronizeDirectory(paths.segments)
            try cut.file.writeZeroes(cut.range)
            try cut.file.synchronize()
        }
        report.cut = RecoveryReport.CutTail(
            segment: cut.segment,
            offset: cut.range.lowerBound,
            byteCount: cut.range.count,
            reason: cut.reason,
            savedTo: path
        )
    }

    /// Removes segments that were not zeroed to their end.
    private func removeUnfinished() throws(SystemError) {
        for name in try fileSystem.list(paths.segments) where name.hasSuffix(".tmp") {
            try fileSystem.remove("\(paths.segments)/\(name)")
        }
    }

    /// The segment to append to: the last one, or the first of a new log.
    private mutating func active(
        _ scan: TailScan,
        _ list: SegmentList
    ) throws(LogError) -> ActiveSegment {
        try keepPrepared(list)
        if let last = scan.last, let end = scan.end {
            let active = ActiveSegment(
                last,
                dictionary: try last.dictionary(),
                position: end,
                tally: scan.tally,
                isSealed: scan.footer != nil
            )
            let isOlder = last.header.version < Format.segmentVersion
            return isOlder ? try successor(of: active) : active
        }
        report.created = true
        try preparer.finish(1, .bytes(options.dictionary))
        return try begin(1, after: nil)
    }

    /// Seals a segment of an older version, so that none holds frames of two.
    private func successor(of last: ActiveSegment) throws(LogError) -> ActiveSegment {
        var last = last
        try preparer.finish(last.number + 1, last.dictionarySource)
        try onDisk { () throws(SystemError) in try last.seal() }
        return try begin(last.number + 1, after: last)
    }

    private func begin(
        _ number: UInt32,
        after previous: ActiveSegment?
    ) throws(LogError) -> ActiveSegment {
        try onDisk { () throws(SystemError) in
            try ActiveSegment.begin(
                fileSystem.open(paths.segment(number), .write),
                after: previous,
                logID: previous?.segment.header.logID ?? options.logID ?? .random(),
                nodeID: options.nodeID,
                segmentSize: options.segmentSize,
                created: Int64(Date().timeIntervalSince1970 * 1_000_000)
            )
        }
    }

    /// Uses the prepared segment that is there if it has the length now asked for, and removes
    /// others: they hold nothing but zeroes.
    private func keepPrepared(_ list: SegmentList) throws(LogError) {
        for (index, prepared) in list.unbegun.enumerated().reversed() {
            try onDisk { () throws(SystemError) in
                if index == 0, try prepared.file.size() == options.segmentSize {
                    preparer.adopt()
                } else {
                    try fileSystem.remove(paths.segment(prepared.number))
                }
            }
        }
        if !list.unbegun.isEmpty {
            // The name of a prepared segment may not have been synced before a crash.
            try onDisk { () throws(SystemError) in
                try fileSystem.synchronizeDirectory(paths.segments)
            }
        }
    }

    /// Publishes the end that was found, before anyone can append behind it.
    private mutating func ready(
        _ lock: any File,
        _ active: ActiveSegment,
        _ mark: DurableMark?,
        _ list: SegmentList
    ) throws(LogError) -> Recovered {
        let header = active.segment.header
        let newMark = DurableMark(
            generation: (mark?.generation ?? 0) + 1,
            logID: header.logID,
            sequence: active.position.nextSequence - 1,
            segment: active.number,
            closedCleanly: false,
            offset: active.position.offset,
            pid: ProcessInfo.processInfo.processIdentifier
        )
        let markFile = try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(paths.mark, .create)
            var bytes = [UInt8](repeating: 0, count: DurableMark.size)
            try newMark.write(to: file, using: &bytes)
            try MarkOrigin.claim(file, paths.mark, in: fileSystem)
            return file
        }
        report.lastSequence = newMark.sequence
        report.lastTime = active.position.time
        report.segment = active.number
        report.firstSequence = list.firstSequence
        report.segmentCount = Int(active.number - (list.retirement?.firstSegment ?? 1)) + 1
        report.logID = header.logID
        report.chain = active.position.link ?? []
        return Recovered(
            lock: lock,
            active: active,
            mark: newMark,
            markFile: markFile,
            preparer: preparer,
            watch: try DirectoryWatch(
                paths,
                segment: active.number,
                in: fileSystem,
                preparer.notices
            ),
            pending: list.begun.map(\.header).filter { header in
                !header.isCompacted && header.number < active.number
            }.map(\.number),
            report: report
        )
    }
}
