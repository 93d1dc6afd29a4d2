/// Up to where the log is durable, for readers in other processes (docs/log-format.md).
struct DurableMark: Equatable {
    static let size = 64
    static let slotDistance = 512
    /// The bytes `LWMK`.
    static let magic: UInt32 = 0x4B4D_574C

    var generation: UInt64
    var logID: LogID
    var sequence: UInt64
    var segment: UInt32
    var closedCleanly: Bool
    /// Offset behind the last durable frame of the segment.
    var offset: Int
    var pid: Int32

    /// The newer of the whole slots; `nil` if there is none.
    static func read(_ path: String, in fileSystem: any FileSystem) throws(LogError) -> DurableMark?
    {
        let bytes: [UInt8]
        do throws(SystemError) {
            let file = try fileSystem.open(path, .read)
            bytes = try file.bytes(at: 0, count: slotDistance + size)
        } catch {
            if error.kind == .notFound { return nil }
            throw LogError(error)
        }
        return [0, slotDistance].compactMap { DurableMark(bytes, at: $0) }
            .max { $0.generation < $1.generation }
    }

    /// Writes the mark to its slot: generations take turns, so a reader that meets a write in
    /// progress still finds the one before whole.
    func write(to file: any File, using bytes: inout [UInt8]) throws(SystemError) {
        bytes.store(Self.magic, at: 0)
        bytes.store(generation, at: 8)
        bytes.store(logID.low, at: 16)
        bytes.store(logID.high, at: 24)
        bytes.store(sequence, at: 32)
        bytes.store(segment, at: 40)
        bytes.store(UInt32(closedCleanly ? 1 : 0), at: 44)
        bytes.store(UInt64(offset), at: 48)
        bytes.store(UInt32(bitPattern: pid), at: 56)
        bytes.store(CRC32C.of(bytes, 8..<Self.size), at: 4)
        try file.writeAll(bytes, at: Int(generation % 2) * Self.slotDistance)
    }
}

extension DurableMark {
    private init?(_ bytes: [UInt8], at start: Int) {
        guard
            bytes.count >= start + Self.size,
            bytes.integer(UInt32.self, at: start) == Self.magic,
            bytes.integer(UInt32.self, at: start + 4)
                == CRC32C.of(bytes, (start + 8)..<(start + Self.size))
        else { return nil }
        // No writer gets that far: whoever forged it must not make others overflow.
        guard
            bytes.integer(UInt64.self, at: start + 8) < 1 << 62,
            bytes.integer(UInt64.self, at: start + 32) < 1 << 62,
            bytes.integer(UInt64.self, at: start + 48) <= UInt64(Format.segmentSizes.upperBound)
        else { return nil }
        generation = bytes.integer(at: start + 8)
        logID = LogID(low: bytes.integer(at: start + 16), high: bytes.integer(at: start + 24))
        sequence = bytes.integer(at: start + 32)
        segment = bytes.integer(at: start + 40)
        closedCleanly = bytes.integer(UInt32.self, at: start + 44) & 1 == 1
        offset = Int(truncatingIfNeeded: bytes.integer(UInt64.self, at: start + 48))
        pid = Int32(bitPattern: bytes.integer(at: start + 56))
    }
}
