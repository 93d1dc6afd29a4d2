/// What the log consists of, without showing its records.
extension LogReader {
    /// The segments, oldest first.
    ///
    /// - Throws: `corrupt` if a first page is damaged, `io`.
    public mutating func segments() throws(LogError) -> [SegmentSummary] {
        try refresh()
        var summaries: [SegmentSummary] = []
        for segment in list.begun {
            var isSealed = false
            if case .valid = try segment.footer() { isSealed = true }
            let header = segment.header
            summaries.append(
                SegmentSummary(
                    number: header.number,
                    file: "log/" + LogPaths.name(header.number),
                    size: header.segmentSize,
                    firstSequence: header.firstSequence,
                    created: header.created,
                    nodeID: header.nodeID,
                    sealed: isSealed
                )
            )
        }
        return summaries
    }

    /// Counts and sizes of the whole log.
    ///
    /// Sealed segments answer from their footers, so that the cost is one segment's frames.
    ///
    /// - Throws: as `forEach`.
    public mutating func statistics() throws -> LogStatistics {
        let last = try durableSequence()
        try refresh()
        var statistics = LogStatistics()
        for segment in list.begun {
            statistics.segments += 1
            if case .valid(let footer) = try segment.footer() {
                statistics.add(footer.tally, bytes: footer.endOffset - segment.header.framesOffset)
                continue
            }
            var tally = SegmentTally()
            var bytes = 0
            try forEachFrame(holding: segment.header.firstSequence, through: last) {
                reader,
                header,
                offset in
                let time = try reader.lastTime(of: header, at: offset)
                tally.add(header, at: offset, lastTime: time)
                bytes += header.frameLength
                return true
            }
            statistics.add(tally, bytes: bytes)
        }
        return statistics
    }

    /// Visits the frames from a segment on, for `logway log dump`.
    ///
    /// The body returns false to stop.
    ///
    /// - Throws: as `forEach`.
    public mutating func forEachFrame(
        fromSegment number: UInt32 = 1,
        _ body: (FrameSummary) throws -> Bool
    ) throws {
        let last = try visitableEnd()
        try refresh()
        guard let segment = list.begun.first(where: { $0.number >= number }) else { return }
        try forEachFrame(holding: segment.header.firstSequence, through: last) {
            reader,
            header,
            offset in
            try body(FrameSummary(header, segment: reader.segment.number, offset: offset))
        }
    }

    /// First sequence number whose group's time is at or after an instant.
    ///
    /// The instant is in microseconds since the epoch; if all groups are older, it is the sequence
    /// number after the last. Reads headers, and the bodies of a frame or two.
    ///
    /// - Throws: as `forEach`; `retired` if groups at or after the instant were retired.
    public mutating func firstSequence(atOrAfter time: Int64) throws -> UInt64 {
        let last = try visitableEnd()
        try refresh()
        // Groups at the instant may be among those that were retired.
        if let retirement = list.retirement, retirement.previousTime >= time {
            throw LogError.retired(before: retirement.firstSequence)
        }
        var start = list.firstSequence
        for segment in list.begun.dropFirst() where segment.header.previousTime < time {
            start = segment.header.firstSequence
        }
        if let segment = list.begun.last(where: { $0.header.firstSequence <= start }) {
            // The frame before the first one at the instant may hold it in a later group.
            var before: FramePosition?
            var place = try self.place(in: segment) {
                $0.time < time
            } whilePassing: {
                header,
                position in
                guard header.time < time, header.nextSequence <= last + 1 else { return false }
                before = position
                return true
            }
            if let before { place.position = before }
            self.place = place
            start = max(start, place.position.nextSequence)
        }
        var found = last + 1
        try forEach(from: start) { _, sequence, groupTime in
            guard groupTime >= time else { return true }
            found = sequence
            return false
        }
        return found
    }
}

extension FrameSummary {
    private static func codecName(_ code: UInt8) -> String {
        switch FrameHeader.Codec(rawValue: code) {
        case .plain: "plain"
        case .lz4: "lz4"
        case .lz4Dictionary: "lz4+dictionary"
        case nil: "unknown"
        }
    }

    fileprivate init(_ header: FrameHeader, segment: UInt32, offset: Int) {
        self.init(
            segment: segment,
            offset: offset,
            firstSequence: header.firstSequence,
            count: header.count,
            rawLength: header.rawLength,
            storedLength: header.storedLength,
            codec: Self.codecName(header.codec),
            time: header.time,
            checksum: header.bodyChecksum,
            link: header.link
        )
    }
}

extension LogStatistics {
    mutating func add(_ tally: SegmentTally, bytes: Int) {
        guard tally.records > 0 else { return }
        if records == 0 {
            firstSequence = tally.firstSequence
            firstTime = tally.firstTime
        }
        frames += UInt64(tally.frames)
        records += tally.records
        rawBytes += tally.rawBytes
        storedBytes += UInt64(bytes)
        lastSequence = tally.lastSequence
        lastTime = tally.lastTime
    }
}
