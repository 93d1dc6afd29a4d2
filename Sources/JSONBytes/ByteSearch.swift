// The one file of this module with unsafe code: eight bytes at a time instead of one.
// Every load is guarded by `index + 8 <= end` and `end <= span.byteCount`, checked on entry.

/// Searches in bytes, eight at a time.
enum ByteSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The first index in `start..<end` of a quote, a backslash, a control character or a byte
    /// above 0x7F; `end` if there is none.
    @inline(__always)
    static func endOfPlainText(in span: Span<UInt8>, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= span.count)
        // SAFETY: bytes have no padding.
        let bytes = unsafe span.bytes
        var index = start
        while index &+ 8 <= end {
            let word = word(in: bytes, at: index)
            // A borrow only reaches bytes above one that is flagged itself, so the lowest flag,
            // which is the first byte, is exact.
            let quote = (word ^ (ones &* 0x22)) &- ones
            let backslash = (word ^ (ones &* 0x5C)) &- ones
            let control = word &- (ones &* 0x20)
            let flags = (quote | backslash | control | word) & highs
            if flags != 0 { return index &+ flags.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            let byte = span[index]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return index }
            index &+= 1
        }
        return end
    }

    /// The first index in `start..<end` of a quote or a backslash; `end` if there is none.
    @inline(__always)
    static func quoteOrBackslash(in span: Span<UInt8>, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= span.count)
        // SAFETY: bytes have no padding.
        let bytes = unsafe span.bytes
        var index = start
        while index &+ 8 <= end {
            let word = word(in: bytes, at: index)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let flags = ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & highs
            if flags != 0 { return index &+ flags.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            let byte = span[index]
            if byte == 0x22 || byte == 0x5C { return index }
            index &+= 1
        }
        return end
    }

    /// The first index in `start..<end` that holds `wanted`; `end` if there is none.
    static func first(_ wanted: UInt8, in span: Span<UInt8>, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= span.count)
        // SAFETY: bytes have no padding.
        let bytes = unsafe span.bytes
        let pattern = ones &* UInt64(wanted)
        var index = start
        while index &+ 8 <= end {
            let difference = word(in: bytes, at: index) ^ pattern
            let flags = (difference &- ones) & ~difference & highs
            if flags != 0 { return index &+ flags.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            if span[index] == wanted { return index }
            index &+= 1
        }
        return end
    }

    /// Eight bytes with the first one lowest; the caller has checked that they are in bounds.
    @inline(__always)
    private static func word(in bytes: RawSpan, at index: Int) -> UInt64 {
        // SAFETY: `index + 8 <= end <= byteCount`, and every bit pattern is a UInt64.
        unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index,
                as: UInt64.self
            )
        )
    }
}

extension [UInt8] {
    /// The first index at or after `start` that holds `byte`, found eight bytes at a time.
    public func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        let found = ByteSearch.first(byte, in: span, from: start, to: count)
        ScanTally.count(found - start)
        return found < count ? found : nil
    }
}
