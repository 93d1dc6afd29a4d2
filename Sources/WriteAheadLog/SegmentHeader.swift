/// Page 0 of a segment.
struct SegmentHeader: Equatable {
    /// The bytes `LOGWAYSG`.
    static let magic: UInt64 = 0x4753_5941_5747_4F4C

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
        guard page.integer(UInt32.self, at: 44) == 0, page.integer(UInt16.self, at: 10) == 0 else {
            return .invalid(reason: "the first page asks for what version 1 does not have")
        }
        let header = SegmentHeader(page)
        guard
            Format.segmentSizes.contains(header.segmentSize),
            header.footerOffset == Format.footerOffset(segmentSize: header.segmentSize)
        else { return .invalid(reason: "the first page names an impossible length") }
        return .valid(header)
    }

    /// The whole page.
    var page: [UInt8] {
        var page = [UInt8](repeating: 0, count: Format.pageSize)
        page.store(Self.magic, at: 0)
        page.store(Format.segmentVersion, at: 8)
        page.store(logID.low, at: 16)
        page.store(logID.high, at: 24)
        page.store(nodeID, at: 32)
        page.store(number, at: 40)
        page.store(firstSequence, at: 48)
        page.store(created, at: 56)
        page.store(salt, at: 64)
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
