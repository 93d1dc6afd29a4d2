/// One begun segment: its open file and page 0.
struct SegmentFile: Sendable {
    let file: any File
    let header: SegmentHeader

    var number: UInt32 { header.number }

    /// The footer, if one is there and whole.
    func footer() throws(LogError) -> FooterState {
        let start = header.footerOffset
        let file = file
        let count = header.segmentSize - start
        let bytes = try onDisk { () throws(SystemError) in
            try file.bytes(at: start, count: count)
        }
        if bytes.isZero(0..<bytes.count) { return .blank }
        guard let footer = SegmentFooter(bytes, salt: header.salt) else { return .invalid }
        guard footer.endOffset >= header.framesOffset, footer.endOffset <= start else {
            return .invalid
        }
        return .valid(footer)
    }

    /// The dictionary that its frames were compressed against; `nil` if page 0 names none.
    ///
    /// - Throws: `corrupt` if it is not whole or another one.
    func dictionary() throws(LogError) -> CompressionDictionary? {
        guard header.dictionaryLength > 0 else { return nil }
        let file = file
        let found = try onDisk { () throws(SystemError) in
            try CompressionDictionary.read(from: file)
        }
        guard let found, found.id == header.dictionaryID, found.count == header.dictionaryLength
        else { throw corrupt(Format.pageSize, "the dictionary is damaged") }
        return found
    }

    func corrupt(_ offset: Int, _ reason: String) -> LogError {
        .corrupt(segment: number, offset: offset, reason: reason)
    }
}

/// What stands where a segment's footer goes.
enum FooterState {
    case blank
    case valid(SegmentFooter)
    case invalid
}

/// A place between two frames, and what the next one must continue.
struct FramePosition: Sendable {
    var offset: Int
    var nextSequence: UInt64
    /// Length of the frame before; 0 at a segment's start, `nil` where it is not known.
    var previousLength: Int?
    /// The link of the frame before; `nil` where it is not known.
    var link: [UInt8]?
    /// Least time of the next group.
    var time: Int64

    /// The start of a segment.
    init(startOf header: SegmentHeader) {
        offset = header.framesOffset
        nextSequence = header.firstSequence
        previousLength = 0
        link = header.previousChain
        time = header.previousTime
    }

    /// A frame named by a footer's index or by the durable mark.
    init(offset: Int, nextSequence: UInt64) {
        self.offset = offset
        self.nextSequence = nextSequence
        time = .min
    }

    mutating func advance(past header: FrameHeader) {
        offset += header.frameLength
        nextSequence = header.nextSequence
        previousLength = header.frameLength
        link = header.link
        time = header.time
    }
}
