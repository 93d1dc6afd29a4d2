/// Checks one segment frame by frame.
struct SegmentCheck {
    private var reader: FrameReader
    private let last: UInt64
    private let isLive: Bool
    /// Whether padding that is not zero is only noted, since no record depends on it.
    private let toleratesPadding: Bool
    private(set) var dirtyPadding: [Range<Int>] = []
    /// Why the frame behind the last good one is not valid.
    private(set) var ending = ""
    var segment: SegmentFile { reader.segment }
    /// The raw bytes of the frame that was checked last, from the front.
    var raw: [UInt8] { reader.raw }
    private(set) var position: FramePosition
    private(set) var tally = SegmentTally()

    /// `last`: records behind it are not looked at.
    init(
        _ segment: SegmentFile,
        last: UInt64,
        isLive: Bool,
        toleratesPadding: Bool = false
    ) {
        self.toleratesPadding = toleratesPadding
        reader = FrameReader(segment)
        self.last = last
        self.isLive = isLive
        position = FramePosition(startOf: segment.header)
    }

    /// Checks the next frame; `nil` at the end.
    ///
    /// - Throws: `corrupt` if it, or the dictionary, is not as it was written; `io`.
    mutating func next() throws(LogError) -> FrameHeader? {
        if tally.frames == 0 { _ = try reader.segment.dictionary() }
        guard position.nextSequence <= last else { return nil }
        switch try reader.frame(at: position) {
        case .frame(let header):
            try check(header)
            return header
        case .misplaced(let reason):
            throw reader.segment.corrupt(position.offset, reason)
        case .unfinished(let reason):
            if isLive, last != .max { throw reader.segment.corrupt(position.offset, reason) }
            ending = reason
            return nil
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
        if try !reader.paddingIsZero(header, at: offset) {
            let end = offset + header.frameLength
            dirtyPadding.append((offset + FrameHeader.size + header.storedLength)..<end)
            guard toleratesPadding else {
                throw reader.segment.corrupt(offset, "the padding behind the frame is not zero")
            }
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
