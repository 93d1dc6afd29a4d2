/// A JSON value as a view into bytes: always valid JSON, decoded only where one looks.
///
/// Validity is checked once, when a slice is made of bytes (RFC 8259, strict UTF-8, at most
/// `depthLimit` levels), so that walking it can't fail but for duplicates of the members asked for.
/// A slice shares its array and keeps it alive; offsets in errors count from the array's start.
public struct JSONSlice: Sendable {
    /// The levels of nesting that are accepted: far above any request, far below the stack.
    public static let depthLimit = 128

    /// The array that the value lies in.
    public let bytes: [UInt8]
    /// Where the value lies, without the white space around it.
    public let range: Range<Int>

    /// The document that fills `bytes`, white space around it apart.
    ///
    /// Costs about a nanosecond a byte.
    /// - Throws: `JSONError` with the offset of the first byte that does not fit.
    public init(validating bytes: [UInt8]) throws(JSONError) {
        try self.init(validating: bytes, in: 0..<bytes.count)
    }

    /// The document that fills a range of `bytes`; offsets still count from the array's start.
    ///
    /// - Throws: `JSONError` with the offset of the first byte that does not fit.
    public init(validating bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        precondition(range.upperBound <= bytes.count)
        ScanTally.countValidation(of: range.count)
        let span = bytes.span
        var start = range.lowerBound
        JSONGrammar.skipSpace(span, &start, to: range.upperBound)
        var offset = start
        try JSONGrammar.value(span, &offset, to: range.upperBound, depth: 0)
        guard offset == range.upperBound else { throw JSONError(.trailingBytes, at: offset) }
        while offset > start, span[offset - 1] <= 0x20 { offset -= 1 }
        self.init(valid: bytes, range: start..<offset)
    }

    /// A value inside of bytes that were validated.
    init(valid bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// What a value is.
    public enum Kind: Sendable {
        /// An object.
        case object
        /// An array.
        case array
        /// A string.
        case string
        /// A number.
        case number
        /// `true` or `false`.
        case bool
        /// `null`.
        case null
    }

    /// What the value is, by its first byte.
    public var kind: Kind {
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// The value as it is written.
    public var raw: ArraySlice<UInt8> { bytes[range] }

    /// The same value in an array of its own, from whose start offsets count.
    public var alone: JSONSlice {
        range == 0..<bytes.count ? self : JSONSlice(valid: Array(raw), range: 0..<range.count)
    }
}
