/// The segment that is appended to: its file, the place of the next frame, and the index so far.
struct ActiveSegment {
    let segment: SegmentFile
    /// What its frames are compressed against.
    let dictionary: CompressionDictionary?
    private(set) var position: FramePosition
    private(set) var tally: SegmentTally
    /// True if the footer is already there.
    private(set) var isSealed: Bool

    init(_ segment: SegmentFile, dictionary: CompressionDictionary?) {
        self.segment = segment
        self.dictionary = dictionary
        position = FramePosition(startOf: segment.header)
        tally = SegmentTally()
        isSealed = false
    }

    init(
        _ segment: SegmentFile,
        dictionary: CompressionDictionary?,
        position: FramePosition,
        tally: SegmentTally,
        isSealed: Bool
    ) {
        self.segment = segment
        self.dictionary = dictionary
        self.position = position
        self.tally = tally
        self.isSealed = isSealed
    }

    var number: UInt32 { segment.number }

    /// True if a quarter is used: time to prepare the next one, while three quarters remain.
    var needsSuccessor: Bool {
        isSealed || position.offset - Format.pageSize > segment.header.segmentSize / 4
    }

    /// Bytes that frames may still take.
    var room: Int { isSealed ? 0 : segment.header.footerOffset - position.offset }

    /// What the next segment's dictionary is made of.
    var dictionarySource: DictionarySource { .frames(segment, before: position) }

    func hasRoom(for header: FrameHeader) -> Bool {
        !isSealed && position.offset + header.frameLength <= segment.header.footerOffset
    }

    /// Writes and syncs a frame.
    ///
    /// An error is final for this file.
    mutating func commit(
        _ header: FrameHeader,
        _ bytes: [UInt8],
        lastTime: Int64
    ) throws(SystemError) {
        precondition(header.firstSequence == position.nextSequence)
        try segment.file.writeAll(bytes, count: header.frameLength, at: position.offset)
        try segment.file.synchronize()
        tally.add(header, at: position.offset, lastTime: lastTime)
        position.advance(past: header)
        position.time = lastTime
    }

    /// The footer for the frames so far.
    func footer() -> SegmentFooter {
        var tally = tally
        if tally.frames == 0 {
            tally.firstSequence = position.nextSequence
            tally.lastSequence = position.nextSequence - 1
            tally.firstTime = position.time
            tally.lastTime = position.time
        }
        return SegmentFooter(
            tally: tally,
            endOffset: position.offset,
            lastFrameLength: position.previousLength ?? 0,
            chain: position.link ?? []
        )
    }

    /// Writes and syncs the footer.
    mutating func seal() throws(SystemError) {
        if isSealed { return }
        try segment.file.writeAll(
            footer().bytes(salt: segment.header.salt),
            at: segment.header.footerOffset
        )
        try segment.file.synchronize()
        isSealed = true
    }

    /// Writes and syncs page 0 of a prepared file, as the segment after `previous` (the first of the
    /// log for `nil`).
    static func begin(
        _ file: any File,
        after previous: ActiveSegment?,
        logID: LogID,
        nodeID: UInt64,
        segmentSize: Int,
        created: Int64
    ) throws(SystemError) -> ActiveSegment {
        // A prepared file has its dictionary already; read back, so that what frames are
        // compressed against is what readers will find.
        let dictionary = try CompressionDictionary.read(from: file)
        let header = SegmentHeader(
            logID: logID,
            nodeID: nodeID,
            number: (previous?.number ?? 0) + 1,
            firstSequence: previous?.position.nextSequence ?? 1,
            created: created,
            salt: .random(in: 1...UInt32.max),
            segmentSize: segmentSize,
            footerOffset: Format.footerOffset(segmentSize: segmentSize),
            previousChain: previous?.position.link ?? HashChain.origin(logID),
            previousTime: previous?.position.time ?? 0,
            dictionaryLength: dictionary?.count ?? 0,
            dictionaryID: dictionary?.id ?? 0
        )
        try file.writeAll(header.page, at: 0)
        try file.synchronize()
        return ActiveSegment(SegmentFile(file: file, header: header), dictionary: dictionary)
    }
}
