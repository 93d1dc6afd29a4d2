/// Reads a log, in any process, also beside its live writer.
///
/// While a writer lives, nothing past its durable mark is visited. Without one the reader scans to
/// the end of the last whole frame; what lies there becomes durable when the next writer opens.
/// A value is confined to one thread at a time and keeps its place: `forEach` from the sequence
/// after the last one visited goes on without seeking, which is how a log is followed.
public struct LogReader {
    /// The log's directory.
    public let directory: String
    let paths: LogPaths
    let fileSystem: any FileSystem
    var list: SegmentList
    /// The end of a copy, once it was looked for; without a number where copying explains none.
    var copyEnd: (mark: DurableMark?, sequence: UInt64?)?
    /// Where the last visit ended, to go on from there without seeking.
    var place: Place?

    struct Place {
        var reader: FrameReader
        var position: FramePosition
    }

    /// Opens the log in a directory for reading.
    ///
    /// - Throws: `notALog` if there is none, `newerVersion`, `corrupt` if a segment's first page is
    ///   damaged or a segment is missing, `io`.
    public init(
        _ directory: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        self.directory = directory
        self.fileSystem = fileSystem
        paths = LogPaths(directory: directory)
        guard try DataDirectory.version(paths, in: fileSystem) != nil else {
            throw .notALog(path: directory, reason: "there is no file `version` in it")
        }
        list = try SegmentList(paths, in: fileSystem, .read)
    }

    /// The identity of the log; `nil` before its first segment is begun.
    public var logID: LogID? { list.begun.last?.header.logID }

    /// First sequence number that can be visited: 1, unless older segments were retired.
    ///
    /// - Throws: `corrupt`, `io`.
    public mutating func firstSequence() throws(LogError) -> UInt64 {
        try refresh()
        return list.firstSequence
    }

    /// Last sequence number that may be visited now; 0 for an empty log.
    ///
    /// Beside a live writer it is the durable mark; without one, the end of the last whole frame.
    ///
    /// - Throws: `corrupt` if the end of a log without a writer is damaged, `io`.
    public mutating func durableSequence() throws(LogError) -> UInt64 {
        while true {
            let isLive = try DataDirectory.isInUse(paths, in: fileSystem)
            let mark = try DurableMark.read(paths.mark, in: fileSystem)
            if isLive { return mark?.sequence ?? 0 }
            let result = Result { () throws(LogError) in try lastSequence(ofIdle: mark) }
            // A writer that opened during the scan may have written what is not durable yet: what
            // was seen counts only if there is still none, and none has come and gone.
            let isStillIdle = try !DataDirectory.isInUse(paths, in: fileSystem)
            guard isStillIdle, try DurableMark.read(paths.mark, in: fileSystem) == mark else {
                continue
            }
            return try result.get()
        }
    }

    /// Last sequence number that anyone may have been promised; 0 for an empty log.
    ///
    /// Without a writer the last whole frame may be one whose sync failed or never was: it is in the
    /// kernel's cache, and the next start may not find it on the disk. What outlives this process follows
    /// from no more than this. A mark that a power cut brought back makes it less than was promised.
    ///
    /// - Throws: as `durableSequence`.
    public mutating func promisedSequence() throws(LogError) -> UInt64 {
        let end = try durableSequence()
        guard
            let mark = try DurableMark.read(paths.mark, in: fileSystem),
            mark.logID == logID, mark.sequence < end,
            try !MarkOrigin.isCopy(paths.mark, in: fileSystem)
        else { return end }
        return mark.sequence
    }

    /// How far to visit: the durable end; where damage hides that, all there is, so that what lies
    /// before the damage is visited and the visit ends with it.
    mutating func visitableEnd() throws(LogError) -> UInt64 {
        do {
            return try durableSequence()
        } catch {
            guard case .corrupt = error else { throw error }
            return .max - 1
        }
    }

    /// The end of a log without a writer.
    ///
    /// A mark that says "closed cleanly" saves the scan, unless a frame follows it: the mark is never
    /// synced, so a power cut may bring an old one back, of a closing before the last opening.
    private mutating func lastSequence(ofIdle mark: DurableMark?) throws(LogError) -> UInt64 {
        // A copy's mark may be ahead of its frames, and these may have holes before its end.
        let isCopy = try MarkOrigin.isCopy(paths.mark, in: fileSystem)
        if isCopy, let end = try lastSequence(ofCopy: mark) { return end }
        if let mark, mark.closedCleanly, !isCopy {
            if list.begun.last.map({ $0.number < mark.segment }) ?? true { try refresh() }
            if let last = list.begun.last, last.number == mark.segment {
                var reader = FrameReader(last)
                let end = FramePosition(offset: mark.offset, nextSequence: mark.sequence + 1)
                if case .unfinished = try reader.frame(at: end) { return mark.sequence }
            }
        }
        try refresh()
        return try TailScan(list, mark: mark).lastSequence
    }

    /// Visits the records from a sequence number on, in order, up to the durable end of this moment.
    ///
    /// The body gets a record's bytes (borrowed, valid only during the call), its sequence number
    /// and its group's time in microseconds since the epoch; it returns false to stop. One buffer is
    /// reused; there is no allocation per record.
    ///
    /// - Returns: the sequence number to go on from.
    /// - Throws: `LogError.retired` if the sequence number lies before `firstSequence`,
    ///   `LogError.corrupt` with the place of a damaged frame (the records before it were visited),
    ///   `LogError.io`, or what the body throws.
    @discardableResult
    public mutating func forEach(
        from sequence: UInt64 = 1,
        _ body: (Span<UInt8>, UInt64, Int64) throws -> Bool
    ) throws -> UInt64 {
        let first = max(sequence, 1)
        var next = first
        try forEachFrame(holding: first, through: try visitableEnd()) { reader, header, offset in
            try reader.unpack(header, at: offset)
            let raw = reader.raw.span.extracting(0..<header.rawLength)
            let end = try FrameBody.walk(raw, header) { record, number, time in
                if number < next { return true }
                next = number + 1
                return try body(record, number, time)
            }
            if end == .malformed {
                throw reader.segment.corrupt(offset, "the frame's records are malformed")
            }
            return end != .stopped
        }
        return next
    }

    /// Visits the frames from the one that holds a sequence number on, through the one that holds
    /// `last`.
    ///
    /// Where the body stops, or at the end, the place is kept.
    mutating func forEachFrame(
        holding sequence: UInt64,
        through last: UInt64,
        _ body: (inout FrameReader, FrameHeader, Int) throws -> Bool
    ) throws {
        guard sequence <= last else { return }
        var place = try self.place(holding: sequence)
        self.place = nil
        while place.position.nextSequence <= last {
            guard let header = try nextFrame(&place) else { continue }
            let offset = place.position.offset
            let isWanted = header.nextSequence > sequence
            let goesOn = try isWanted ? body(&place.reader, header, offset) : true
            if !goesOn {
                self.place = place
                return
            }
            place.position.advance(past: header)
        }
        self.place = place
    }

    /// The frame at a place, or `nil` after the place went on to the next segment.
    private mutating func nextFrame(_ place: inout Place) throws(LogError) -> FrameHeader? {
        let reason: String
        switch try place.reader.frame(at: place.position) {
        case .frame(let header): return header
        case .misplaced(let text):
            throw place.reader.segment.corrupt(place.position.offset, text)
        case .unfinished(let text): reason = text
        }
        // The end of a sealed segment, or damage: this sequence number is durable, so it must be
        // somewhere.
        let segment = place.reader.segment
        let next = segment.number + 1
        if let following = unsealed(before: next, at: place.position) {
            place.reader = FrameReader(following, reusing: place.reader)
            place.position = FramePosition(startOf: following.header)
            return nil
        }
        guard
            case .valid(let footer) = try segment.footer(),
            footer.endOffset == place.position.offset
        else { throw segment.corrupt(place.position.offset, reason) }
        if list.begun.last?.number == segment.number { try refresh() }
        guard let following = list.begun.first(where: { $0.number == next }) else {
            throw .corrupt(segment: next, offset: 0, reason: "the next segment was not begun")
        }
        try footer.checkContinued(by: following.header)
        if let link = place.position.link, link != footer.chain {
            throw segment.corrupt(segment.header.footerOffset, "the footer's chain is another one")
        }
        place.reader = FrameReader(following, reusing: place.reader)
        place.position = FramePosition(startOf: following.header)
        return nil
    }

    /// The segment that goes on at a place of a copy, which may lack the footer before it: the first page
    /// proves where the frames end.
    private func unsealed(before number: UInt32, at position: FramePosition) -> SegmentFile? {
        guard copyEnd?.sequence != nil else { return nil }
        return list.begun.first { segment in
            let header = segment.header
            return header.number == number && header.firstSequence == position.nextSequence
                && (position.link == nil || position.link == header.previousChain)
        }
    }

    /// The place where the last visit ended if it fits, or else the last indexed frame before the
    /// sequence number.
    private mutating func place(holding sequence: UInt64) throws(LogError) -> Place {
        if var place, place.position.nextSequence <= sequence {
            let following = list.begun.first { $0.number > place.reader.segment.number }
            if following.map({ $0.header.firstSequence > sequence }) ?? true {
                place.reader.refresh()
                return place
            }
        }
        if list.begun.last.map({ $0.header.firstSequence <= sequence }) ?? true { try refresh() }
        guard sequence >= list.firstSequence else { throw .retired(before: list.firstSequence) }
        guard let segment = list.begun.last(where: { $0.header.firstSequence <= sequence }) else {
            throw .corrupt(segment: 1, offset: 0, reason: "the log's first segment was not begun")
        }
        return try place(in: segment) {
            $0.sequence <= sequence
        } whilePassing: { header, _ in
            header.nextSequence <= sequence
        }
    }

    /// The place of the first frame of a segment that is not passed, from the last index entry on
    /// that fits.
    func place(
        in segment: SegmentFile,
        from isBefore: (SegmentFooter.Entry) -> Bool,
        whilePassing isPassed: (FrameHeader, FramePosition) -> Bool
    ) throws(LogError) -> Place {
        var position = FramePosition(startOf: segment.header)
        var reader = FrameReader(segment)
        if case .valid(let footer) = try segment.footer(),
            let entry = footer.tally.entries.last(where: isBefore),
            entry.offset > segment.header.framesOffset
        {
            // An entry that says other than its frame would skip records: it is passed over.
            let indexed = FramePosition(offset: entry.offset, nextSequence: entry.sequence)
            if case .frame(let header) = try reader.header(at: indexed), header.time == entry.time {
                position = indexed
            }
        }
        // Whatever is wrong with a header is said when its frame is read.
        while case .frame(let header) = try reader.header(at: position), isPassed(header, position)
        {
            position.advance(past: header)
        }
        reader.refresh()
        return Place(reader: reader, position: position)
    }

    /// Looks for segments that were begun since.
    mutating func refresh() throws(LogError) {
        list = try SegmentList(paths, in: fileSystem, .read)
    }
}
