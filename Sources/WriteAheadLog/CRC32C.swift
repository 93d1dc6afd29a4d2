import CLZ4

/// CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4), starting from a seed in place of 0.
enum CRC32C {
    private static let hasInstruction = clz4_has_crc32c() != 0

    /// Checksum of a range of an array.
    static func of(_ bytes: [UInt8], _ range: Range<Int>, seed: UInt32 = 0) -> UInt32 {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        guard hasInstruction else { return portable(bytes, range, seed: seed) }
        // SAFETY: the range was checked against the array, which lives during the call.
        return unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return seed }
            return unsafe ~clz4_crc32c(~seed, base + range.lowerBound, range.count)
        }
    }

    /// The same by a table, for processors without the instruction.
    static func portable(_ bytes: [UInt8], _ range: Range<Int>, seed: UInt32) -> UInt32 {
        var state = ~seed
        for index in range {
            state = table[Int(UInt8(truncatingIfNeeded: state) ^ bytes[index])] ^ (state >> 8)
        }
        return ~state
    }

    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
        var value = byte
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
        return value
    }
}
