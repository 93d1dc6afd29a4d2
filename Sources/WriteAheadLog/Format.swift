/// The named constants of docs/log-format.md.
enum Format {
    /// Version of the data directory, in the file `version`.
    static let directoryVersion = 2
    /// Version of a segment, in its page 0.
    static let segmentVersion: UInt16 = 2
    /// Page 0 and the unit of a segment's size; also the page of a file system.
    static let pageSize = 4096
    /// Frames start at multiples of this.
    static let frameAlignment = 8
    /// The least leaves room for a header page, a footer page and two pages of frames; the greatest
    /// keeps every offset within 31 bits and a segment's preparation within seconds.
    static let segmentSizes = (16 << 10)...(1 << 30)
    /// Most raw bytes of a frame, hence of a group and of a record: bounds the buffers of every
    /// reader.
    static let frameLimit = 4 << 20
    /// A pending frame takes no further group once it holds this much: larger frames compress no
    /// better, and lengthen the wait of the first group in them.
    static let frameTarget = 1 << 20
    /// One sparse index entry per this many bytes of frames.
    static let indexInterval = 64 << 10

    /// Offset of the footer in a segment of this size: room for one index entry per interval.
    static func footerOffset(segmentSize: Int) -> Int {
        let entries = segmentSize / indexInterval + 1
        let bytes = SegmentFooter.fixedSize + entries * SegmentFooter.entrySize
        return segmentSize - wholePages(bytes)
    }

    /// Bytes that a new segment of this size gives its dictionary: 32 KiB reach almost as far back
    /// as LZ4 looks, and a small segment must not fill up with it.
    static func dictionaryRoom(segmentSize: Int) -> Int {
        min(32 << 10, segmentSize / 16) / pageSize * pageSize
    }

    /// What a segment without a successor keeps for what runs: a quarter of 64 MiB takes the ends of some
    /// thirty thousand requests, and leaves half of it, from a quarter on, to new ones.
    static func reserve(segmentSize: Int) -> Int { segmentSize / 4 }

    static func wholePages(_ length: Int) -> Int {
        (length + pageSize - 1) / pageSize * pageSize
    }

    /// Most raw bytes of a group in segments of this size: a frame must fit an empty segment.
    static func groupLimit(segmentSize: Int) -> Int {
        let room =
            footerOffset(segmentSize: segmentSize) - pageSize
            - dictionaryRoom(segmentSize: segmentSize)
        // A frame's header, and the group's own count and time (at most 15 bytes).
        return min(frameLimit, room - FrameHeader.size - frameAlignment) - 16
    }

    static func aligned(_ length: Int) -> Int {
        (length + frameAlignment - 1) & ~(frameAlignment - 1)
    }
}
