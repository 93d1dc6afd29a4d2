/// The whole check: everything a reader relies on, and what it does not look at.
extension LogReader {
    /// Checks every checksum, chain link, sequence number, time, length and padding byte.
    ///
    /// It stops at the first block that is wrong. `progress` is called after each megabyte or so
    /// with the bytes checked and the bytes to check.
    ///
    /// - Throws: `io`, `newerVersion` and `notALog` only: damage is what the report is for.
    public mutating func verify(
        progress: ((_ checked: Int, _ total: Int) -> Void)? = nil
    ) throws(LogError) -> VerificationReport {
        var report = VerificationReport()
        do throws(LogError) {
            try check(&report, progress)
        } catch .corrupt(let segment, let offset, let reason) {
            report.problem = VerificationReport.Problem(
                segment: segment,
                offset: offset,
                reason: reason,
                advice: "keep a copy of the directory; everything before this place can be read"
            )
        }
        return report
    }

    private mutating func check(
        _ report: inout VerificationReport,
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
            try check.run(&meter)
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

/// Checks one segment frame by frame.
private struct SegmentCheck {
    private var reader: FrameReader
    private let last: UInt64
    private let isLive: Bool
    /// Why the frame behind the last good one is not valid.
    private var ending = ""
    private(set) var position: FramePosition
    private(set) var tally = SegmentTally()

    /// `last`: records behind it are not looked at.
    init(_ segment: SegmentFile, last: UInt64, isLive: Bool) {
        reader = FrameReader(segment)
        self.last = last
        self.isLive = isLive
        position = FramePosition(startOf: segment.header)
    }

    mutating func run(_ meter: inout Meter) throws(LogError) {
        _ = try reader.segment.dictionary()
        while position.nextSequence <= last {
            switch try reader.frame(at: position) {
            case .frame(let header):
                try check(header)
                meter.add(header.frameLength)
            case .misplaced(let reason):
                throw reader.segment.corrupt(position.offset, reason)
            case .unfinished(let reason):
                if isLive, last != .max { throw reader.segment.corrupt(position.offset, reason) }
                ending = reason
                return
            }
        }
    }

    private mutating func check(_ header: FrameHeader) throws(LogError) {
        let offset = position.offset
        let time = try reader.lastTime(of: header, at: offset)
        let hash = HashChain.hash(reader.raw, 0..<header.rawLength)
        guard HashChain.link(after: position.link ?? [], header, rawHash: hash) == header.link
        else {
            throw reader.segment.corrupt(offset, "the frame breaks the hash chain")
        }
        guard try reader.paddingIsZero(header, at: offset) else {
            throw reader.segment.corrupt(offset, "the padding behind the frame is not zero")
        }
        tally.add(header, at: offset, lastTime: time)
        position.advance(past: header)
        position.time = time
    }

    /// Checks the footer against what was counted, the zeroes before it, and the next segment.
    func checkSealed(before next: SegmentHeader) throws(LogError) {
        let segment = reader.segment
        let place = segment.header.footerOffset
        guard case .valid(let footer) = try segment.footer() else {
            throw segment.corrupt(place, "the footer is damaged or missing")
        }
        guard footer.endOffset == position.offset else {
            throw segment.corrupt(position.offset, ending)
        }
        guard footer.tally == tally || tally.frames == 0, footer.chain == position.link else {
            throw segment.corrupt(place, "the footer does not agree with the frames")
        }
        let gap = place - position.offset
        let bytes = try onDisk { () throws(SystemError) in
            try segment.file.bytes(at: position.offset, count: gap)
        }
        if let index = bytes.firstIndex(where: { $0 != 0 }) {
            throw segment.corrupt(position.offset + index, "a byte behind the frames is not zero")
        }
        try footer.checkContinued(by: next)
    }
}
