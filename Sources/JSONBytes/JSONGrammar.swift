/// The grammar of RFC 8259, walked once over bytes: each function moves `offset` behind what it
/// accepts and throws at the first byte that does not fit.
enum JSONGrammar {
    /// One value, with the white space around it.
    static func value(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int,
        depth: Int
    ) throws(JSONError) {
        skipSpace(span, &offset, to: end)
        guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
        switch span[offset] {
        case UInt8(ascii: "\""): try string(span, &offset, to: end)
        case UInt8(ascii: "{"): try object(span, &offset, to: end, depth: depth + 1)
        case UInt8(ascii: "["): try array(span, &offset, to: end, depth: depth + 1)
        case UInt8(ascii: "t"): try literal("true", span, &offset, to: end)
        case UInt8(ascii: "f"): try literal("false", span, &offset, to: end)
        case UInt8(ascii: "n"): try literal("null", span, &offset, to: end)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try number(span, &offset, to: end)
        default: throw JSONError(.expected("a value"), at: offset)
        }
        skipSpace(span, &offset, to: end)
    }

    private static func object(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int,
        depth: Int
    ) throws(JSONError) {
        guard depth <= JSONSlice.depthLimit else { throw JSONError(.tooDeep, at: offset) }
        offset += 1
        skipSpace(span, &offset, to: end)
        if offset < end, span[offset] == UInt8(ascii: "}") {
            offset += 1
            return
        }
        while true {
            guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard span[offset] == UInt8(ascii: "\"") else {
                throw JSONError(.expected("a member's name"), at: offset)
            }
            try string(span, &offset, to: end)
            skipSpace(span, &offset, to: end)
            try byte(UInt8(ascii: ":"), "':'", span, &offset, to: end)
            try value(span, &offset, to: end, depth: depth)
            guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard span[offset] == UInt8(ascii: ",") else {
                return try byte(UInt8(ascii: "}"), "',' or '}'", span, &offset, to: end)
            }
            offset += 1
            skipSpace(span, &offset, to: end)
        }
    }

    private static func array(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int,
        depth: Int
    ) throws(JSONError) {
        guard depth <= JSONSlice.depthLimit else { throw JSONError(.tooDeep, at: offset) }
        offset += 1
        skipSpace(span, &offset, to: end)
        if offset < end, span[offset] == UInt8(ascii: "]") {
            offset += 1
            return
        }
        while true {
            try value(span, &offset, to: end, depth: depth)
            guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard span[offset] == UInt8(ascii: ",") else {
                return try byte(UInt8(ascii: "]"), "',' or ']'", span, &offset, to: end)
            }
            offset += 1
        }
    }

    /// Skips space, tab, line feed and carriage return.
    @inline(__always)
    static func skipSpace(_ span: Span<UInt8>, _ offset: inout Int, to end: Int) {
        while offset < end {
            let byte = span[offset]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                return
            }
            offset &+= 1
        }
    }

    @inline(__always)
    private static func byte(
        _ wanted: UInt8,
        _ name: @autoclosure () -> String,
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
        guard span[offset] == wanted else { throw JSONError(.expected(name()), at: offset) }
        offset += 1
    }

    @inline(__always)
    private static func literal(
        _ text: StaticString,
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        // Compared as one word: turning the literal into a string costs more than the whole rest.
        let count = text.utf8CodeUnitCount
        guard offset &+ count <= end else {
            return try mismatch(text, span, &offset, to: end)
        }
        var word: UInt64 = 0
        for index in 0..<count { word = word << 8 | UInt64(span[offset &+ index]) }
        switch word {
        case 0x7472_7565, 0x66_616C_7365, 0x6E75_6C6C: offset &+= count
        default: try mismatch(text, span, &offset, to: end)
        }
    }

    /// Throws at the first byte that is not the literal's.
    private static func mismatch(
        _ text: StaticString,
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        for wanted in text.description.utf8 {
            guard offset < end else { throw JSONError(.unexpectedEnd, at: end) }
            guard span[offset] == wanted else {
                throw JSONError(.expected("'\(text)'"), at: offset)
            }
            offset += 1
        }
    }

    private static func number(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        if span[offset] == UInt8(ascii: "-") { offset += 1 }
        if offset < end, span[offset] == UInt8(ascii: "0") {
            offset += 1
        } else {
            try digits(span, &offset, to: end)
        }
        if offset < end, span[offset] == UInt8(ascii: ".") {
            offset += 1
            try digits(span, &offset, to: end)
        }
        if offset < end, span[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < end, span[offset] == UInt8(ascii: "+") || span[offset] == UInt8(ascii: "-")
            {
                offset += 1
            }
            try digits(span, &offset, to: end)
        }
        if offset < end, isDigit(span[offset]) { throw JSONError(.malformedNumber, at: offset) }
    }

    private static func digits(
        _ span: Span<UInt8>,
        _ offset: inout Int,
        to end: Int
    ) throws(JSONError) {
        let start = offset
        while offset < end, isDigit(span[offset]) { offset &+= 1 }
        if offset == start { throw JSONError(.malformedNumber, at: offset) }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
