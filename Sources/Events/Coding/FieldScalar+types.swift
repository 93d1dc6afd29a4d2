/// A scalar that travels as an integer.
protocol IntegerScalar: FieldScalar {
    init?(integer: Int64)
    var integer: Int64 { get }
}

extension IntegerScalar {
    /// The integer on the wire.
    public var wire: WireScalar { .integer(integer) }
    /// The integer as a JSON number.
    public var json: JSONScalar { .integer(integer) }
    /// The value from an integer on the wire.
    public init?(wire: WireScalar) {
        guard case .integer(let integer) = wire else { return nil }
        self.init(integer: integer)
    }
}

extension Int64: IntegerScalar {
    /// Zero.
    public static var empty: Int64 { 0 }
    var integer: Int64 { self }
    init?(integer: Int64) { self = integer }
}

extension Int: IntegerScalar {
    /// Zero.
    public static var empty: Int { 0 }
    var integer: Int64 { Int64(self) }
    init?(integer: Int64) { self.init(exactly: integer) }
}

extension UInt64: IntegerScalar {
    /// Zero.
    public static var empty: UInt64 { 0 }
    var integer: Int64 { Int64(bitPattern: self) }
    init?(integer: Int64) { self.init(bitPattern: integer) }
    /// The number in hexadecimal: JSON readers lose digits above 2^53.
    public var json: JSONScalar { self < 1 << 53 ? .integer(Int64(self)) : .text("\(self)") }
}

extension Bool: IntegerScalar {
    /// False.
    public static var empty: Bool { false }
    var integer: Int64 { self ? 1 : 0 }
    init?(integer: Int64) { self = integer != 0 }
    /// A JSON Boolean.
    public var json: JSONScalar { .boolean(self) }
}

extension Timestamp: IntegerScalar {
    /// The epoch.
    public static var empty: Timestamp { Timestamp(microseconds: 0) }
    var integer: Int64 { microseconds }
    init?(integer: Int64) { self.init(microseconds: integer) }
    /// RFC 3339.
    public var json: JSONScalar { .text(description) }
}

extension Nanodollars: IntegerScalar {
    /// No money.
    public static var empty: Nanodollars { .zero }
    var integer: Int64 { count }
    init?(integer: Int64) { self.init(integer) }
}

extension Capabilities: IntegerScalar {
    /// None.
    public static var empty: Capabilities { [] }
    var integer: Int64 { Int64(rawValue) }
    init?(integer: Int64) {
        guard let rawValue = UInt32(exactly: integer) else { return nil }
        self.init(rawValue: rawValue)
    }
    /// The names, separated by commas.
    public var json: JSONScalar { .text(names.joined(separator: ",")) }
}

extension String: FieldScalar {
    /// No text.
    public static var empty: String { "" }
    /// The text.
    public var wire: WireScalar { .text(self) }
    /// A JSON string.
    public var json: JSONScalar { .text(self) }
    /// Text from the wire.
    public init?(wire: WireScalar) {
        guard case .text(let text) = wire else { return nil }
        self = text
    }
}

extension RequestID: FieldScalar {
    /// The nil UUID.
    public static var empty: RequestID { RequestID(high: 0, low: 0) }
    /// The 16 bytes.
    public var wire: WireScalar { .halves(high, low) }
    /// The UUID's text.
    public var json: JSONScalar { .text(description) }
    /// The id from its 16 bytes.
    public init?(wire: WireScalar) {
        guard case .halves(let high, let low) = wire else { return nil }
        self.init(high: high, low: low)
    }
}

/// A hash of what it names, 16 bytes of SHA-256.
public struct Fingerprint: FieldScalar {
    /// The bytes.
    public var bytes: [UInt8]
    /// A fingerprint of the given bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
    /// No fingerprint.
    public static var empty: Fingerprint { Fingerprint(bytes: []) }
    /// The bytes.
    public var wire: WireScalar { .bytes(bytes) }
    /// The bytes in hexadecimal.
    public var json: JSONScalar { .text(description) }
    /// A fingerprint from its bytes.
    public init?(wire: WireScalar) {
        guard case .bytes(let bytes) = wire else { return nil }
        self.init(bytes: bytes)
    }
}

extension Fingerprint: CustomStringConvertible {
    /// The bytes in hexadecimal.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Bytes that this layer does not look into.
public struct OpaqueBytes: FieldScalar {
    /// The bytes.
    public var bytes: [UInt8]
    /// The given bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
    /// No bytes.
    public static var empty: OpaqueBytes { OpaqueBytes([]) }
    /// The bytes.
    public var wire: WireScalar { .bytes(bytes) }
    /// How many there are: they are too many to show.
    public var json: JSONScalar { .text("\(bytes.count) bytes") }
    /// The bytes from the wire.
    public init?(wire: WireScalar) {
        guard case .bytes(let bytes) = wire else { return nil }
        self.init(bytes)
    }
}

/// An enumeration that travels as its number and reads as its name.
///
/// Numbers begin at 1, so that 0 (a field that was not written) decodes to `empty` explicitly.
public protocol FieldEnumeration: FieldScalar, CaseIterable, RawRepresentable
where RawValue == UInt8 {
    /// The name in output.
    var name: String { get }
}

extension FieldEnumeration {
    /// The number.
    public var wire: WireScalar { .integer(Int64(rawValue)) }
    /// The name.
    public var json: JSONScalar { .text(name) }
    /// The case of a number.
    public init?(wire: WireScalar) {
        guard case .integer(let integer) = wire, let raw = UInt8(exactly: integer) else {
            return nil
        }
        self.init(rawValue: raw)
    }
    /// The case's own name with spaces before its capitals: `rateLimited` reads "rate limited".
    public var name: String {
        var text: [UInt8] = []
        // The names of cases are ASCII; Unicode's tables would cost more than all the rest of an
        // event's folding.
        for byte in String(describing: self).utf8 {
            if case UInt8(ascii: "A")...UInt8(ascii: "Z") = byte {
                text.append(UInt8(ascii: " "))
                text.append(byte | 0x20)
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
    /// The name as one word, which configurations and JSON have: `rate_limited`.
    public var word: String { String(name.map { $0 == " " ? "_" : $0 }) }
}

extension WireFamily: FieldEnumeration {
    /// OpenAI's, the commonest.
    public static var empty: WireFamily { .openai }
}

extension FailureKind: FieldEnumeration {
    /// The first case; a failure is always written as an optional.
    public static var empty: FailureKind { .invalidRequest }
}

extension UsageOrigin: FieldEnumeration {
    /// Unknown.
    public static var empty: UsageOrigin { .unknown }
}
