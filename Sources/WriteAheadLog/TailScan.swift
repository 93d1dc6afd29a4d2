/// Finds the end of a log that no writer holds: the decision table of docs/log-format.md, by row.
struct TailScan {
    /// An unfinished write at the end.
    struct Cut {
        let segment: UInt32
        let file: any File
        /// From the first byte that is cut to the last one that is not zero.
        let range: Range<Int>
        let reason: String
    }

    /// The last begun segment; `nil` for a log without any.
    private(set) var last: SegmentFile?
    /// The end of its frames; its `time` is the last group's.
    private(set) var end: FramePosition?
    private(set) var tally = SegmentTally()
    /// The last segment's footer, if it was sealed and no other begun.
    private(set) var footer: SegmentFooter?
    private(set) var cut: Cut?

    /// Last sequence number; 0 for an empty log.
    var lastSequence: UInt64 { (end?.nextSequence ?? 1) - 1 }

    /// Scans the last segment of the list.
    ///
    /// Changes nothing.
    ///
    /// - Throws: `corrupt` where the table says so, `io`.
    init(_ list: SegmentList, mark: DurableMark?) throws(LogError) {
        try list.checkSeals()
        last = list.begun.last
        if let mark { try Self.check(mark, against: list) }
        try scanUnbegun(list.unbegun)
        guard let last else { return }
        _ = try last.dictionary()
        var reader = FrameReader(last)
        let reason = try walk(&reader)
        try decide(reason, last, mark)
    }

    /// Rows 1 and 5 as far as segments go.
    private static func check(_ mark: DurableMark, against list: SegmentList) throws(LogError) {
        guard let last = list.begun.last else {
            throw .corrupt(
                segment: mark.segment,
                offset: 0,
                reason: "the durable mark promises this segment, but it was not begun"
            )
        }
        guard mark.logID == last.header.logID else {
            throw .notALog(
                path: list.paths.mark,
                reason: "the durable mark belongs to another log"
            )
        }
        guard mark.segment <= last.number else {
            throw .corrupt(
                segment: mark.segment,
                offset: 0,
                reason: "the durable mark promises this segment, but it was not begun"
            )
        }
    }

    /// Rows 2 and 3: behind the begun segments only zeroes may lie, but for one torn page 0.
    private mutating func scanUnbegun(_ unbegun: [SegmentList.Unbegun]) throws(LogError) {
        for (index, segment) in unbegun.enumerated() {
            let size = try onDisk { () throws(SystemError) in try segment.file.size() }
            let page = 0..<min(Format.pageSize, size)
            if let place = try Self.firstUsed(segment.file, size: size) {
                throw .corrupt(
                    segment: segment.number,
                    offset: segment.damage == nil ? place : 0,
                    reason: (segment.damage ?? "the first page is blank") + ", with bytes behind it"
                )
            }
            guard let damage = segment.damage else { continue }
            guard index == 0 else {
                throw .corrupt(segment: segment.number, offset: 0, reason: damage)
            }
            cut = Cut(segment: segment.number, file: segment.file, range: page, reason: damage)
        }
    }

    /// Walks the valid frames; returns why the first other one is not valid.
    private mutating func walk(_ reader: inout FrameReader) throws(LogError) -> FrameReader.Found {
        var position = FramePosition(startOf: reader.segment.header)
        var lastFrame: (header: FrameHeader, offset: Int)?
        var found = try reader.frame(at: position)
        while case .frame(let header) = found {
            if let lastFrame {
                tally.add(lastFrame.header, at: lastFrame.offset, lastTime: lastFrame.header.time)
            }
            lastFrame = (header, position.offset)
            position.advance(past: header)
            found = try reader.frame(at: position)
        }
        if let (header, offset) = lastFrame {
            let time = try reader.lastTime(of: header, at: offset)
            position.time = time
            tally.add(header, at: offset, lastTime: time)
        }
        end = position
        return found
    }

    /// Rows 5 to 9 at the first frame that is not valid.
    private mutating func decide(
        _ found: FrameReader.Found,
        _ last: SegmentFile,
        _ mark: DurableMark?
    ) throws(LogError) {
        guard let end else { return }
        let reason: String
        switch found {
        case .frame: return
        case .unfinished(let text): reason = text
        case .misplaced(let text): throw last.corrupt(end.offset, text)
        }
        if let mark {
            let below = mark.segment == last.number && end.offset < mark.offset
            guard !below, mark.sequence < end.nextSequence else {
                throw last.corrupt(
                    end.offset,
                    "\(reason), though records through \(mark.sequence) were durable"
                )
            }
        }
        let tail = end.offset..<last.header.footerOffset
        let nonZero = try Self.lastNonZero(last.file, tail)
        let footerState = try last.footer()
        if case .valid(let footer) = footerState {
            guard nonZero == nil, footer.endOffset == end.offset, footer.chain == end.link else {
                throw last.corrupt(end.offset, "\(reason), though the segment was sealed behind it")
            }
            self.footer = footer
            return
        }
        if let nonZero {
            if let later = try Self.laterFrame(last, tail) {
                throw last.corrupt(end.offset, "\(reason), though a frame follows at byte \(later)")
            }
            if case .invalid = footerState {
                throw last.corrupt(end.offset, "\(reason), and the footer is damaged")
            }
            try setCut(last, end.offset..<(nonZero + 1), reason)
        } else if case .invalid = footerState {
            let range = last.header.footerOffset..<last.header.segmentSize
            let lastByte = try Self.lastNonZero(last.file, range) ?? range.lowerBound
            try setCut(last, range.lowerBound..<(lastByte + 1), "the footer is not complete")
        }
    }

    private mutating func setCut(
        _ segment: SegmentFile,
        _ range: Range<Int>,
        _ reason: String
    ) throws(LogError) {
        // One write is outstanding at a time, so at most one place can be unfinished.
        if let cut {
            throw segment.corrupt(
                range.lowerBound,
                "\(reason), and segment \(cut.segment) is unfinished as well"
            )
        }
        cut = Cut(segment: segment.number, file: segment.file, range: range, reason: reason)
    }
}

extension TailScan {
    /// First byte behind page 0 that is neither a whole dictionary's nor zero; `nil` if a segment of
    /// this length holds no record.
    static func firstUsed(_ file: any File, size: Int) throws(LogError) -> Int? {
        let dictionary = try onDisk { () throws(SystemError) in
            try CompressionDictionary.read(from: file)
        }
        let start = min(size, Format.pageSize + (dictionary?.block.count ?? 0))
        return try firstNonZero(file, start..<size)
    }

    /// Rows 6 to 9 for the end of a log's last frames, without a mark.
    ///
    /// - Throws: `corrupt` where the table says so, `io`.
    static func checkTail(
        _ segment: SegmentFile,
        _ end: FramePosition,
        _ reason: String
    ) throws(LogError) {
        var scan = TailScan(segment, end)
        try scan.decide(.unfinished(reason: reason), segment, nil)
    }

    private init(_ last: SegmentFile, _ end: FramePosition) {
        self.last = last
        self.end = end
    }

    /// Offset of a frame header with a valid checksum behind the start of the range.
    private static func laterFrame(
        _ segment: SegmentFile,
        _ range: Range<Int>
    ) throws(LogError) -> Int? {
        var later: Int?
        try forEachChunk(segment.file, range) { bytes, offset throws(LogError) in
            if bytes.isZero(0..<bytes.count) { return true }
            var index = 0
            while index + FrameHeader.size <= bytes.count {
                if bytes.integer(UInt32.self, at: index) == FrameHeader.magic,
                    offset + index > range.lowerBound,
                    FrameHeader(bytes, at: index, salt: segment.header.salt) != nil
                {
                    later = offset + index
                    return false
                }
                index += Format.frameAlignment
            }
            return true
        }
        return later
    }

    private static func firstNonZero(
        _ file: any File,
        _ range: Range<Int>
    ) throws(LogError) -> Int? {
        var place: Int?
        try forEachChunk(file, range) { bytes, offset in
            if bytes.isZero(0..<bytes.count) { return true }
            place = bytes.firstIndex { $0 != 0 }.map { offset + $0 }
            return false
        }
        return place
    }

    private static func lastNonZero(
        _ file: any File,
        _ range: Range<Int>
    ) throws(LogError) -> Int? {
        var place: Int?
        try forEachChunk(file, range) { bytes, offset in
            if !bytes.isZero(0..<bytes.count) {
                place = bytes.lastIndex { $0 != 0 }.map { offset + $0 }
            }
            return true
        }
        return place
    }

    /// Visits a range in chunks of 256 KiB, each with the first 80 bytes of the next one behind it,
    /// so that a header lies whole in one of them.
    private static func forEachChunk(
        _ file: any File,
        _ range: Range<Int>,
        _ body: ([UInt8], Int) throws(LogError) -> Bool
    ) throws(LogError) {
        let step = 256 << 10
        var chunk: [UInt8] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(step + FrameHeader.size, range.upperBound - offset)
            if chunk.count != count { chunk = [UInt8](repeating: 0, count: count) }
            do throws(SystemError) {
                let length = try file.fill(&chunk, 0..<count, from: offset)
                if length < count { chunk.removeLast(count - length) }
            } catch {
                throw LogError(error)
            }
            guard try body(chunk, offset) else { return }
            offset += step
        }
    }
}
