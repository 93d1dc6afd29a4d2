/// What a repair would change: found by reading alone (docs/log-format.md, repair).
struct RepairPlan {
    /// A stretch of a file that gets other bytes.
    struct Rewrite {
        let action: RepairReport.Change.Action
        let segment: SegmentFile
        let offset: Int
        /// The bytes that will stand from the offset on.
        let bytes: [UInt8]
        let reason: String
    }

    /// Files that are moved aside, in the order of their numbers.
    private(set) var moves: [(number: UInt32, reason: String)] = []
    private(set) var rewrites: [Rewrite] = []
    /// A record of the retirement to write in place of a damaged one.
    private(set) var retirement: Retirement?
    /// Why the durable mark has to be rewritten; `nil` if it is right.
    private(set) var markReason: String?
    let needsVersion: Bool
    private(set) var laterFrames = RepairReport.LaterFrames()
    private(set) var lastSequenceBefore: UInt64 = 0
    /// The last segment that is kept, where its frames end, and their last time.
    private(set) var last: SegmentFile?
    private(set) var end: FramePosition?

    private let paths: LogPaths
    private let fileSystem: any FileSystem
    let mark: DurableMark?
    private let access: FileAccess
    private(set) var hasDirtyPadding = false
    /// The greatest number of a segment's file.
    private(set) var greatest: UInt32 = 0
    /// True if the file `retired` is there, but not whole.
    let hasDamagedRetirement: Bool
    /// Where the log is cut: everything from here on goes.
    private(set) var cut: (number: UInt32, offset: Int, reason: String)?

    /// Reads the whole log.
    ///
    /// - Throws: `beyondRepair` if no record could be kept, `newerVersion`, `io`.
    init(
        _ paths: LogPaths,
        _ mark: DurableMark?,
        needsVersion: Bool,
        in fileSystem: any FileSystem,
        _ access: FileAccess = .write
    ) throws(LogError) {
        self.access = access
        self.paths = paths
        self.fileSystem = fileSystem
        self.mark = mark
        self.needsVersion = needsVersion
        let names = try onDisk { () throws(SystemError) in try fileSystem.list(paths.segments) }
        var numbers = names.compactMap(LogPaths.number).sorted()
        let known = try Retirement.read(paths, in: fileSystem)
        hasDamagedRetirement = known == nil && names.contains("retired")
        if let known { numbers.removeAll { $0 < known.firstSegment } }
        greatest = numbers.last ?? 0
        guard !numbers.isEmpty || mark != nil || known != nil else { return }
        guard let first = numbers.first else {
            throw .beyondRepair(segment: known?.firstSegment ?? 1, reason: "there is no segment")
        }
        let isBeginningKnown = first == (known?.firstSegment ?? 1)
        guard isBeginningKnown || hasDamagedRetirement else {
            throw .beyondRepair(segment: known?.firstSegment ?? 1, reason: "the file is missing")
        }
        try walk(numbers, known)
        if hasDamagedRetirement, let header = try header(first) {
            retirement = Retirement(keeping: header)
        }
        try cutRest(numbers)
        compareMark()
    }

    // MARK: - What is whole

    /// Checks segment by segment until one is damaged or not begun.
    private mutating func walk(_ numbers: [UInt32], _ known: Retirement?) throws(LogError) {
        var before: SegmentCheck?
        for (index, number) in numbers.enumerated() {
            let expected = numbers[0] + UInt32(index)
            guard number == expected else {
                cut = (expected, 0, "the segment's file is missing")
                break
            }
            guard let segment = try open(number, after: before, known) else { break }
            if let before { try repairFooter(before, before: segment.header) }
            if cut != nil { break }
            var check = SegmentCheck(segment, last: .max, isLive: false, toleratesPadding: true)
            do throws(LogError) {
                while try check.next() != nil {}
            } catch .corrupt(_, let offset, let reason) {
                cut = (number, max(offset, check.position.offset), reason)
                if offset < segment.header.framesOffset { cut?.offset = 0 }
            }
            if !check.dirtyPadding.isEmpty { hasDirtyPadding = true }
            for range in check.dirtyPadding {
                rewrites.append(
                    Rewrite(
                        action: .repaired,
                        segment: segment,
                        offset: range.lowerBound,
                        bytes: [UInt8](repeating: 0, count: range.count),
                        reason: "the padding behind the frame is not zero"
                    )
                )
            }
            if cut?.offset == 0 { break }
            (last, end) = (segment, check.position)
            before = check
            if cut != nil { break }
        }
        if let before { try checkEnd(before) }
        if last == nil {
            guard let cut else { return }
            throw .beyondRepair(segment: cut.number, reason: cut.reason)
        }
    }

    /// A segment that goes on where the one before ended; `nil` for one that was not begun or that
    /// is damaged, which `cut` says then.
    private mutating func open(
        _ number: UInt32,
        after before: SegmentCheck?,
        _ known: Retirement?
    ) throws(LogError) -> SegmentFile? {
        let (file, page, size) = try file(number)
        guard page.count == Format.pageSize else {
            cut = (number, 0, "the first page is cut")
            return nil
        }
        let header: SegmentHeader
        switch SegmentHeader.parse(page) {
        case .blank: return nil
        case .valid(let found): header = found
        case .invalid(let reason):
            if try !isTornBegin(number) { cut = (number, 0, reason) }
            return nil
        case .newer(let version):
            throw .newerVersion(
                path: paths.segment(number),
                found: Int(version),
                supported: Int(Format.segmentVersion)
            )
        }
        let reason: String? =
            if header.number != number {
                "its first page says segment \(header.number)"
            } else if header.segmentSize != size {
                "it has \(size) bytes, not \(header.segmentSize)"
            } else if let before, !before.position.isContinued(by: header) {
                "it does not continue the segment before it"
            } else if before == nil, !isBeginning(header, known) {
                "the log does not begin here"
            } else { nil }
        if let reason {
            cut = (number, 0, reason)
            return nil
        }
        return SegmentFile(file: file, header: header)
    }

    /// True if a log begins here, as far as the record of its retirement can tell.
    private func isBeginning(_ header: SegmentHeader, _ known: Retirement?) -> Bool {
        if let known { return known == Retirement(keeping: header) }
        if hasDamagedRetirement { return true }
        return header.firstSequence == 1 && header.previousChain == HashChain.origin(header.logID)
    }

    /// Repairs what stands behind the frames of a segment whose end the next page 0 proves.
    private mutating func repairFooter(
        _ check: SegmentCheck,
        before next: SegmentHeader
    ) throws(LogError) {
        do throws(LogError) {
            try check.checkSealed(before: next)
        } catch .corrupt(_, _, let reason) {
            addSeal(.repaired, check.segment, check.position, check.tally, reason)
        }
    }

    /// Zeroes and a footer behind the frames.
    private mutating func addSeal(
        _ action: RepairReport.Change.Action,
        _ segment: SegmentFile,
        _ position: FramePosition,
        _ tally: SegmentTally,
        _ reason: String
    ) {
        let active = ActiveSegment(
            segment,
            dictionary: nil,
            position: position,
            tally: tally,
            isSealed: false
        )
        let header = segment.header
        var bytes = [UInt8](repeating: 0, count: header.segmentSize - position.offset)
        bytes.overwrite(
            from: header.footerOffset - position.offset,
            with: active.footer().bytes(salt: header.salt)
        )
        rewrites.append(
            Rewrite(
                action: action,
                segment: segment,
                offset: position.offset,
                bytes: bytes,
                reason: reason
            )
        )
    }

    /// The end of the last begun segment, by the decision table but for the mark.
    private mutating func checkEnd(_ check: SegmentCheck) throws(LogError) {
        let segment = check.segment
        if let cut, cut.number == segment.number { return }
        if cut != nil {
            // What follows is lost, so only its own footer can show that this segment is whole.
            if try !isSealed(check) {
                cut = (segment.number, check.position.offset, check.ending)
            }
            return
        }
        do throws(LogError) {
            try TailScan.checkTail(segment, check.position, check.ending)
        } catch .corrupt(_, _, let reason) {
            cut = (segment.number, check.position.offset, reason)
        }
        guard cut == nil, let mark, mark.logID == segment.header.logID else { return }
        let isBelow = mark.segment == segment.number && check.position.offset < mark.offset
        if isBelow || mark.sequence >= check.position.nextSequence {
            cut = (
                segment.number, check.position.offset,
                "\(check.ending), though records through \(mark.sequence) were durable"
            )
        }
    }

    private func isSealed(_ check: SegmentCheck) throws(LogError) -> Bool {
        guard case .valid(let footer) = try check.segment.footer() else { return false }
        return footer.endOffset == check.position.offset && footer.chain == check.position.link
    }

    // MARK: - What goes

    /// Cuts the damaged segment, and moves what lies behind.
    private mutating func cutRest(_ numbers: [UInt32]) throws(LogError) {
        guard let last, let end else { return }
        lastSequenceBefore = end.nextSequence - 1
        if let cut, cut.number == last.number {
            try laterFrames.count(last, from: cut.offset)
            addSeal(.cut, last, end, try tally(of: last), cut.reason)
        }
        for number in numbers where number > last.number {
            if cut == nil {
                if try isPrepared(number) { continue }
                if try isTornBegin(number) { continue }
            }
            let reason = cut.map { "the log ends before it: \($0.reason)" }
            moves.append((number, reason ?? "it was prepared, and is damaged"))
            if let header = try header(number) {
                let segment = SegmentFile(file: try file(number).file, header: header)
                try laterFrames.count(segment, from: min(header.framesOffset, header.footerOffset))
                lastSequenceBefore = max(lastSequenceBefore, header.firstSequence - 1)
            }
        }
        lastSequenceBefore = max(lastSequenceBefore, laterFrames.lastSequence)
        if let mark, mark.logID == last.header.logID {
            lastSequenceBefore = max(lastSequenceBefore, mark.sequence)
        }
    }

    private mutating func compareMark() {
        guard let mark, let last, let end else { return }
        if mark.logID != last.header.logID {
            markReason = "it belongs to another log"
        } else if mark.sequence >= end.nextSequence || mark.segment > last.number {
            markReason = "it promises records through \(mark.sequence)"
        } else if mark.segment == last.number, mark.offset > end.offset {
            markReason = "it promises bytes through \(mark.offset)"
        }
    }

    /// The segment as it stays: its frames up to `end`.
    private func tally(of segment: SegmentFile) throws(LogError) -> SegmentTally {
        guard let end, end.nextSequence > segment.header.firstSequence else {
            return SegmentTally()
        }
        var check = SegmentCheck(
            segment,
            last: end.nextSequence - 1,
            isLive: false,
            toleratesPadding: true
        )
        while try check.next() != nil {}
        return check.tally
    }

    /// True for a prepared segment that recovery takes or cuts by itself.
    private func isPrepared(_ number: UInt32) throws(LogError) -> Bool {
        let (file, page, size) = try file(number)
        guard page.count == Format.pageSize, page.isZero(0..<page.count) else { return false }
        return try TailScan.firstUsed(file, size: size) == nil
    }

    /// True for a page 0 that was being written when the power went: opening cuts it by itself.
    ///
    /// Nothing stands behind it, and nothing there is promised.
    private func isTornBegin(_ number: UInt32) throws(LogError) -> Bool {
        guard number == (last?.number ?? 0) + 1, (mark?.segment ?? 0) < number else { return false }
        let (file, page, size) = try file(number)
        guard page.count == Format.pageSize else { return false }
        return try TailScan.firstUsed(file, size: size) == nil
    }

    func file(_ number: UInt32) throws(LogError) -> (file: any File, page: [UInt8], Int) {
        let (path, fileSystem, access) = (paths.segment(number), fileSystem, access)
        return try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, access)
            return (file, try file.bytes(at: 0, count: Format.pageSize), try file.size())
        }
    }

    private func header(_ number: UInt32) throws(LogError) -> SegmentHeader? {
        let page = try file(number).page
        guard page.count == Format.pageSize, case .valid(let header) = SegmentHeader.parse(page)
        else { return nil }
        return header
    }
}

extension FramePosition {
    /// True if a segment begins where these frames end.
    func isContinued(by next: SegmentHeader) -> Bool {
        next.firstSequence == nextSequence && next.previousChain == link
            && next.previousTime == time
    }
}
