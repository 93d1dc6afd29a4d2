extension JSONGrammar {
    /// A string, from its opening quote to behind its closing one.
    static func string(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        offset += 1
        while true {
            offset = ByteSearch.endOfPlainText(in: span, from: offset, to: end)
            guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
            switch span[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return
            case UInt8(ascii: "\\"): try escape(span, &offset, to: end)
            case 0..<0x20: throw JSONError(.controlCharacter, at: offset)
            default: try multibyte(span, &offset, to: end)
            }
        }
    }

    /// An escape, from its backslash on; `\u` needs four hexadecimal digits.
    private static func escape(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        guard offset + 1 < end else { throw JSONError(.unexpectedEnd, at: end) }
        switch span[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
        case UInt8(ascii: "u"):
            guard offset + 6 <= end else { throw JSONError(.unexpectedEnd, at: end) }
            for index in offset + 2..<offset + 6 where hexadecimal(span[index]) == nil {
                throw JSONError(.malformedEscape, at: index)
            }
            offset += 6
        default: throw JSONError(.malformedEscape, at: offset)
        }
    }

    /// One character of two to four bytes (RFC 3629 §4: no overlong forms, no surrogates).
    private static func multibyte(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        let first = span[offset]
        let length: Int
        let second: ClosedRange<UInt8>
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(.malformedUTF8, at: offset)
        }
        guard offset + length <= end else { throw JSONError(.unexpectedEnd, at: end) }
        guard second.contains(span[offset + 1]) else { throw JSONError(.malformedUTF8, at: offset) }
        for index in offset + 2..<max(offset + 2, offset + length)
        where span[index] & 0xC0 != 0x80 {
            throw JSONError(.malformedUTF8, at: offset)
        }
        offset += length
    }

    /// The value of a hexadecimal digit.
    static func hexadecimal(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }

    /// The end of the value that begins at `start` in bytes known to be valid.
    static func endOfValid(_ span: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var offset = start
        switch span[start] {
        case UInt8(ascii: "\""): return endOfValidString(span, from: start, to: end)
        case UInt8(ascii: "{"), UInt8(ascii: "["): break
        default:
            while offset < end, !endsScalar(span[offset]) { offset &+= 1 }
            return offset
        }
        var depth = 0
        while offset < end {
            switch span[offset] {
            case UInt8(ascii: "\""):
                offset = endOfValidString(span, from: offset, to: end)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth &-= 1
                if depth == 0 { return offset + 1 }
            default: break
            }
            offset &+= 1
        }
        return end
    }

    /// The end of the string whose opening quote is at `start` in bytes known to be valid.
    static func endOfValidString(_ span: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var offset = start + 1
        while true {
            offset = ByteSearch.quoteOrBackslash(in: span, from: offset, to: end)
            guard offset < end else { return end }
            if span[offset] == UInt8(ascii: "\"") { return offset + 1 }
            offset = min(offset + 2, end)
        }
    }

    @inline(__always)
    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            || byte <= 0x20
    }
}
