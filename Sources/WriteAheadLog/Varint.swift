/// Unsigned integers in groups of seven bits, the lowest first, the top bit set on all but the last
/// byte (LEB128).
///
/// Only the shortest form is valid, so that one value has one coding.
enum Varint {
    static func size(_ value: UInt64) -> Int {
        let bits = 64 - (value | 1).leadingZeroBitCount
        return (bits + 6) / 7
    }

    static func write(_ value: UInt64, to bytes: inout [UInt8], at offset: Int) {
        var rest = value
        var index = offset
        while rest >= 0x80 {
            bytes[index] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            index += 1
        }
        bytes[index] = UInt8(truncatingIfNeeded: rest)
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads a value and moves the offset behind it; `nil` if it is cut, too long or not shortest.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at offset: inout Int) -> UInt64? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        offset += 1
        if first < 0x80 { return UInt64(first) }
        return readRest(bytes, after: first, at: &offset)
    }

    private static func readRest(
        _ bytes: Span<UInt8>,
        after first: UInt8,
        at offset: inout Int
    ) -> UInt64? {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return byte == 0 ? nil : value }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }
}
