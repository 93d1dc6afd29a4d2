/// The whole check: everything a reader relies on, and what it does not look at.
extension LogReader {
    /// Opens the log in a directory and checks it as `verify(against:publicKey:progress:)` does.
    ///
    /// Damage that keeps the log from being opened (a missing, cut or exchanged segment, a damaged
    /// first page, `version` gone or unreadable beside segments) is in the report as well.
    ///
    /// - Throws: `io`, `newerVersion`, and `notALog` where there is nothing that could be one.
    public static func verify(
        _ directory: String,
        against checkpoint: Checkpoint? = nil,
        publicKey: [UInt8]? = nil,
        fileSystem: any FileSystem = PosixFileSystem(),
        progress: ((_ checked: Int, _ total: Int) -> Void)? = nil
    ) throws(LogError) -> VerificationReport {
        var report = VerificationReport()
        do throws(LogError) {
            var reader = try LogReader(directory, fileSystem: fileSystem)
            return try reader.verify(against: checkpoint, publicKey: publicKey, progress: progress)
        } catch .corrupt(let segment, let offset, let reason) {
            report.problem = problem(segment, offset, reason)
        } catch .notALog(let path, let reason) {
            let paths = LogPaths(directory: directory)
            guard try DataDirectory.holdsSegments(paths, in: fileSystem) else {
                throw .notALog(path: path, reason: reason)
            }
            report.directoryProblem =
                "\(path) holds segments of a log, but \(reason); keep a copy of it, then "
                + "`logway log repair --dry-run` tells what a repair would do"
        }
        return report
    }

    private static func problem(
        _ segment: UInt32,
        _ offset: Int,
        _ reason: String
    ) -> VerificationReport.Problem {
        VerificationReport.Problem(
            segment: segment,
            offset: offset,
            reason: reason,
            advice:
                "keep a copy of the directory; `logway log tail` and `logway explain ID` show "
                + "what lies before, `logway log repair --dry-run` tells what a repair would keep"
        )
    }

    /// Checks every checksum, chain link, sequence number, time, length and padding byte.
    ///
    /// It stops at the first block that is wrong. `progress` is called after each megabyte or so
    /// with the bytes checked and the bytes to check.
    ///
    /// With a checkpoint it is also held against the log; its signature is checked by `publicKey`, or
    /// by the key that the checkpoint names, which shows only that it is whole.
    ///
    /// - Throws: `io`, `newerVersion` and `notALog` only: damage is what the report is for.
    public mutating func verify(
        against checkpoint: Checkpoint? = nil,
        publicKey: [UInt8]? = nil,
        progress: ((_ checked: Int, _ total: Int) -> Void)? = nil
    ) throws(LogError) -> VerificationReport {
        var report = VerificationReport()
        report.isCopy = try MarkOrigin.isCopy(paths.mark, in: fileSystem)
        var comparison = checkpoint.map { CheckpointComparison($0, publicKey: publicKey) }
        do throws(LogError) {
            try check(&report, &comparison, progress)
        } catch .corrupt(let segment, let offset, let reason) {
            report.copyGap = try copyGap()
            if report.copyGap == nil {
                report.problem = Self.problem(segment, offset, reason)
            }
        }
        report.logID = list.begun.first?.header.logID
        report.checkpointProblem = comparison?.problem(
            report,
            logID: list.begun.first?.header.logID
        )
        return report
    }

    private mutating func check(
        _ report: inout VerificationReport,
        _ comparison: inout CheckpointComparison?,
        _ progress: ((Int, Int) -> Void)?
    ) throws(LogError) {
        let isLive = try DataDirectory.isInUse(paths, in: fileSystem)
        let mark = try DurableMark.read(paths.mark, in: fileSystem)
        try refresh()
        report.retiredBefore = list.retirement?.firstSequence
        var last = mark?.sequence ?? 0
        var meter = Meter(total: list.begun.map(\.header.segmentSize).reduce(0, +), progress)
        for (index, segment) in list.begun.enumerated() {
            let isLast = index + 1 == list.begun.count
            if isLast, !isLive { last = .max }
            var check = SegmentCheck(segment, last: isLast ? last : .max, isLive: isLive)
            // The report keeps what was good before a problem.
            defer {
                report.checked.segments += 1
                report.checked.add(
                    check.tally,
                    bytes: check.position.offset - segment.header.framesOffset
                )
                report.chain = check.position.link ?? []
            }
            if index == 0 { comparison?.begin(segment.header) }
            while let header = try check.next() {
                comparison?.add(header)
                meter.add(header.frameLength)
            }
            if !isLast { try check.checkSealed(before: list.begun[index + 1].header) }
        }
        guard !isLive else { return }
        let scan = try TailScan(list, mark: mark)
        if let cut = scan.cut {
            report.tornTail = VerificationReport.Problem(
                segment: cut.segment,
                offset: cut.range.lowerBound,
                reason: cut.reason,
                advice:
                    "no one was promised it: the next start cuts it, keeps the bytes and says so"
            )
        }
    }
}

/// Says how far a check has come, about once per megabyte.
private struct Meter {
    private let total: Int
    private let progress: ((Int, Int) -> Void)?
    private var checked = 0
    private var reported = 0

    init(total: Int, _ progress: ((Int, Int) -> Void)?) {
        self.total = total
        self.progress = progress
    }

    mutating func add(_ bytes: Int) {
        checked += bytes
        guard checked - reported >= 1 << 20 else { return }
        reported = checked
        progress?(checked, total)
    }
}
