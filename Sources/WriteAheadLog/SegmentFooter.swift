/// What is written behind a full segment's frames: a sparse index and totals.
struct SegmentFooter: Equatable {
    static let fixedSize = 112
    static let entrySize = 24
    /// The bytes `LWFT`.
    static let magic: UInt32 = 0x5446_574C
    /// More bytes and records than the largest segment can hold of the largest frames.
    static let tallyLimit: UInt64 = 1 << 48

    /// A frame that seeking can start from.
    struct Entry: Equatable {
        var sequence: UInt64
        var time: Int64
        var offset: Int
    }

    var tally: SegmentTally
    /// Offset behind the last frame.
    var endOffset: Int
    var lastFrameLength: Int
    var chain: [UInt8]

    /// Reads a footer; `nil` unless magic, checksum and counts are right and every offset lies among
    /// the frames.
    init?(_ bytes: [UInt8], salt: UInt32) {
        guard
            bytes.count >= Self.fixedSize,
            bytes.integer(UInt32.self, at: 0) == Self.magic
        else { return nil }
        let entries = Int(bytes.integer(UInt32.self, at: 8))
        let end = Self.fixedSize + entries * Self.entrySize
        guard
            end <= bytes.count,
            bytes.integer(UInt32.self, at: 4) == CRC32C.of(bytes, 8..<end, seed: salt),
            bytes.isZero(end..<bytes.count)
        else { return nil }
        tally = SegmentTally()
        tally.frames = Int(bytes.integer(UInt32.self, at: 12))
        endOffset = Int(truncatingIfNeeded: bytes.integer(UInt64.self, at: 16))
        tally.records = bytes.integer(at: 24)
        tally.rawBytes = bytes.integer(at: 32)
        tally.firstSequence = bytes.integer(at: 40)
        tally.lastSequence = bytes.integer(at: 48)
        tally.firstTime = bytes.integer(at: 56)
        tally.lastTime = bytes.integer(at: 64)
        chain = Array(bytes[72..<104])
        lastFrameLength = Int(bytes.integer(UInt32.self, at: 104))
        for index in 0..<entries {
            let at = Self.fixedSize + index * Self.entrySize
            tally.entries.append(
                Entry(
                    sequence: bytes.integer(at: at),
                    time: bytes.integer(at: at + 8),
                    offset: Int(truncatingIfNeeded: bytes.integer(UInt64.self, at: at + 16))
                )
            )
        }
        // A checksum proves who wrote the bytes only as far as no one forges them: numbers that no
        // segment has would overflow where they are added up.
        let framesEnd = endOffset
        guard
            framesEnd >= Format.pageSize,
            tally.records <= Self.tallyLimit, tally.rawBytes <= Self.tallyLimit,
            tally.lastSequence < .max,
            tally.entries.allSatisfy({ $0.offset >= Format.pageSize && $0.offset < framesEnd })
        else { return nil }
    }

    init(tally: SegmentTally, endOffset: Int, lastFrameLength: Int, chain: [UInt8]) {
        self.tally = tally
        self.endOffset = endOffset
        self.lastFrameLength = lastFrameLength
        self.chain = chain
    }

    func bytes(salt: UInt32) -> [UInt8] {
        let count = Self.fixedSize + tally.entries.count * Self.entrySize
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.store(Self.magic, at: 0)
        bytes.store(UInt32(tally.entries.count), at: 8)
        bytes.store(UInt32(tally.frames), at: 12)
        bytes.store(UInt64(endOffset), at: 16)
        bytes.store(tally.records, at: 24)
        bytes.store(tally.rawBytes, at: 32)
        bytes.store(tally.firstSequence, at: 40)
        bytes.store(tally.lastSequence, at: 48)
        bytes.store(tally.firstTime, at: 56)
        bytes.store(tally.lastTime, at: 64)
        bytes.store(chain, at: 72)
        bytes.store(UInt32(lastFrameLength), at: 104)
        for (index, entry) in tally.entries.enumerated() {
            let at = Self.fixedSize + index * Self.entrySize
            bytes.store(entry.sequence, at: at)
            bytes.store(entry.time, at: at + 8)
            bytes.store(UInt64(entry.offset), at: at + 16)
        }
        bytes.store(CRC32C.of(bytes, 8..<count, seed: salt), at: 4)
        return bytes
    }
}

/// Counts over the frames of one segment, kept while writing and rebuilt by recovery.
struct SegmentTally: Equatable {
    var frames = 0
    var records: UInt64 = 0
    var rawBytes: UInt64 = 0
    var firstSequence: UInt64 = 0
    var lastSequence: UInt64 = 0
    var firstTime: Int64 = 0
    var lastTime: Int64 = 0
    var entries: [SegmentFooter.Entry] = []

    mutating func add(_ header: FrameHeader, at offset: Int, lastTime: Int64) {
        if frames == 0 {
            firstSequence = header.firstSequence
            firstTime = header.time
        }
        if entries.last.map({ $0.offset / Format.indexInterval < offset / Format.indexInterval })
            ?? true
        {
            entries.append(
                .init(sequence: header.firstSequence, time: header.time, offset: offset)
            )
        }
        frames += 1
        records += UInt64(header.count)
        rawBytes += UInt64(header.rawLength)
        lastSequence = header.nextSequence - 1
        self.lastTime = lastTime
    }
}
