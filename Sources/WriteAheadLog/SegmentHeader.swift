/// Page 0 of a segment.
struct SegmentHeader: Equatable {
    /// The bytes `LOGWAYSG`.
    static let magic: UInt64 = 0x4753_5941_5747_4F4C

    var version = Format.segmentVersion
    /// True once its frames were recompressed; it is shorter then than it was.
    var isCompacted = false
    var logID: LogID
    var nodeID: UInt64
    var number: UInt32
    var firstSequence: UInt64
    var created: Int64
    var salt: UInt32
    var segmentSize: Int
    var footerOffset: Int
    var previousChain: [UInt8]
    /// Time of the last group before this segment.
    var previousTime: Int64
    /// Bytes of the dictionary; 0 for none.
    var dictionaryLength = 0
    var dictionaryID: UInt32 = 0

    /// Where the first frame goes.
    var framesOffset: Int {
        guard dictionaryLength > 0 else { return Format.pageSize }
        return Format.pageSize
            + Format.wholePages(CompressionDictionary.headerSize + dictionaryLength)
    }

    /// What page 0 holds.
    enum Page: Equatable {
        /// Zeroes: prepared, not begun.
        case blank
        case valid(SegmentHeader)
        case newer(version: UInt16)
        case invalid(reason: String)
    }

    /// Tells what a page 0 holds.
    static func parse(_ page: [UInt8]) -> Page {
        precondition(page.count == Format.pageSize)
        if page.isZero(0..<page.count) { return .blank }
        guard page.integer(UInt64.self, at: 0) == magic else {
            return .invalid(reason: "the first page does not begin with LOGWAYSG")
        }
        guard page.integer(UInt32.self, at: 12) == checksum(page) else {
            return .invalid(reason: "the checksum of the first page is wrong")
        }
        let version = page.integer(UInt16.self, at: 8)
        guard version <= Format.segmentVersion else { return .newer(version: version) }
        let header = SegmentHeader(page)
        let flags = page.integer(UInt16.self, at: 10)
        guard version > 1 ? flags <= 1 : flags == 0 && header.dictionaryLength == 0 else {
            return .invalid(reason: "the first page asks for what version \(version) does not have")
        }
        guard header.dictionaryLength <= CompressionDictionary.limit, header.hasPossibleLengths
        else { return .invalid(reason: "the first page names an impossible length") }
        return .valid(header)
    }

    private var hasPossibleLengths: Bool {
        guard framesOffset <= footerOffset else { return false }
        if isCompacted {
            return segmentSize <= Format.segmentSizes.upperBound
                && segmentSize % Format.pageSize == 0 && footerOffset % Format.pageSize == 0
                && footerOffset + SegmentFooter.fixedSize <= segmentSize
        }
        return Format.segmentSizes.contains(segmentSize)
            && footerOffset == Format.footerOffset(segmentSize: segmentSize)
    }

    /// The whole page.
    var page: [UInt8] {
        var page = [UInt8](repeating: 0, count: Format.pageSize)
        page.store(Self.magic, at: 0)
        page.store(version, at: 8)
        page.store(UInt16(isCompacted ? 1 : 0), at: 10)
        page.store(logID.low, at: 16)
        page.store(logID.high, at: 24)
        page.store(nodeID, at: 32)
        page.store(number, at: 40)
        page.store(UInt32(dictionaryLength), at: 44)
        page.store(firstSequence, at: 48)
        page.store(created, at: 56)
        page.store(salt, at: 64)
        page.store(dictionaryID, at: 68)
        page.store(UInt64(segmentSize), at: 72)
        page.store(UInt64(footerOffset), at: 80)
        page.store(previousChain, at: 88)
        page.store(previousTime, at: 120)
        page.store(Self.checksum(page), at: 12)
        return page
    }

    private static func checksum(_ page: [UInt8]) -> UInt32 {
        CRC32C.of(page, 16..<page.count, seed: CRC32C.of(page, 0..<12))
    }
}

extension SegmentHeader {
    private init(_ page: [UInt8]) {
        version = page.integer(at: 8)
        isCompacted = page.integer(UInt16.self, at: 10) & 1 == 1
        dictionaryLength = Int(page.integer(UInt32.self, at: 44))
        dictionaryID = page.integer(at: 68)
        logID = LogID(low: page.integer(at: 16), high: page.integer(at: 24))
        nodeID = page.integer(at: 32)
        number = page.integer(at: 40)
        firstSequence = page.integer(at: 48)
        created = page.integer(at: 56)
        salt = page.integer(at: 64)
        segmentSize = Int(truncatingIfNeeded: page.integer(UInt64.self, at: 72))
        footerOffset = Int(truncatingIfNeeded: page.integer(UInt64.self, at: 80))
        previousChain = Array(page[88..<120])
        previousTime = page.integer(at: 120)
    }
}
