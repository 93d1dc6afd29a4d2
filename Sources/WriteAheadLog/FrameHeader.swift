/// The 80 bytes before a frame's body.
struct FrameHeader: Equatable {
    static let size = 80
    /// The bytes `LWFR`.
    static let magic: UInt32 = 0x5246_574C

    enum Codec: UInt8 {
        case plain = 0
        case lz4 = 1
        /// With the segment's dictionary.
        case lz4Dictionary = 2

        /// How a body is stored that was compressed to this length (`nil`: not compressed).
        static func of(_ compressed: Int?, with dictionary: CompressionDictionary?) -> Codec {
            if compressed == nil { return .plain }
            return dictionary == nil ? .lz4 : .lz4Dictionary
        }
    }

    var bodyChecksum: UInt32
    var storedLength: Int
    var rawLength: Int
    var count: Int
    /// Length of the frame before with header and padding; 0 for a segment's first.
    var previousLength: Int
    var codec: UInt8
    var firstSequence: UInt64
    /// Time of its first group.
    var time: Int64
    var link: [UInt8]

    /// Header, body and padding.
    var frameLength: Int { Format.aligned(Self.size + storedLength) }
    var nextSequence: UInt64 { firstSequence + UInt64(count) }
}

extension FrameHeader {
    /// Reads a header; `nil` unless magic and checksum are right for the segment's salt.
    init?(_ bytes: [UInt8], at offset: Int, salt: UInt32) {
        guard
            bytes.integer(UInt32.self, at: offset) == Self.magic,
            bytes.integer(UInt32.self, at: offset + 4)
                == CRC32C.of(bytes, (offset + 8)..<(offset + Self.size), seed: salt)
        else { return nil }
        bodyChecksum = bytes.integer(at: offset + 8)
        storedLength = Int(bytes.integer(UInt32.self, at: offset + 12))
        rawLength = Int(bytes.integer(UInt32.self, at: offset + 16))
        count = Int(bytes.integer(UInt32.self, at: offset + 20))
        previousLength = Int(bytes.integer(UInt32.self, at: offset + 24))
        codec = bytes[offset + 28]
        // Flags and the reserved bytes are zero in version 1: what sets them is not understood.
        if bytes.integer(UInt16.self, at: offset + 30) != 0 || bytes[offset + 29] != 0 {
            codec = .max
        }
        firstSequence = bytes.integer(at: offset + 32)
        time = bytes.integer(at: offset + 40)
        link = Array(bytes[(offset + 48)..<(offset + 80)])
    }

    /// Completes a frame around its body: checksums, header, padding.
    mutating func seal(_ bytes: inout [UInt8], salt: UInt32) {
        let end = Self.size + storedLength
        for index in end..<frameLength { bytes[index] = 0 }
        bodyChecksum = CRC32C.of(bytes, Self.size..<end, seed: salt)
        write(to: &bytes, salt: salt)
    }

    /// Writes the header to the front of a frame.
    func write(to bytes: inout [UInt8], salt: UInt32) {
        bytes.store(Self.magic, at: 0)
        bytes.store(bodyChecksum, at: 8)
        bytes.store(UInt32(storedLength), at: 12)
        bytes.store(UInt32(rawLength), at: 16)
        bytes.store(UInt32(count), at: 20)
        bytes.store(UInt32(previousLength), at: 24)
        bytes.store(UInt32(codec), at: 28)
        bytes.store(firstSequence, at: 32)
        bytes.store(time, at: 40)
        bytes.store(link, at: 48)
        bytes.store(CRC32C.of(bytes, 8..<Self.size, seed: salt), at: 4)
    }
}
