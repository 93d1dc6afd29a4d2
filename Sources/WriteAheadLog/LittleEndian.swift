import Glibc

/// Fixed-width integers in byte arrays, lowest byte first.
extension [UInt8] {
    func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, at offset: Int) -> Value
    {
        var value: Value = 0
        var index = offset + MemoryLayout<Value>.size
        while index > offset {
            index -= 1
            value = (value << 8) | Value(truncatingIfNeeded: self[index])
        }
        return value
    }

    mutating func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        for index in 0..<MemoryLayout<Value>.size {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
        }
    }

    mutating func store(_ bytes: [UInt8], at offset: Int) {
        for (index, byte) in bytes.enumerated() { self[offset + index] = byte }
    }

    /// True if every byte of the range is zero.
    func isZero(_ range: Range<Int>) -> Bool {
        // SAFETY: the range is checked against the array. Bytes that equal their neighbours and
        // begin with zero are all zero; memcmp finds out at the speed of memory, in debug builds
        // too.
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, !range.isEmpty else { return true }
            let start = unsafe base + range.lowerBound
            return unsafe start.load(as: UInt8.self) == 0
                && memcmp(start, start + 1, range.count - 1) == 0
        }
    }
}
