/// Something that walks the fields of a record: the encoder, the decoder, the JSON view.
///
/// A record describes its fields once, in `visit`, and gets all three from it. Tags ascend within a
/// record and keep their meaning for ever; a field that is no longer written leaves its tag unused.
public protocol FieldVisitor {
    /// A number, text or enumeration; its empty value (0, "", false) takes no room.
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value)
    /// A scalar that may be unknown: `nil` takes no room, an empty value is written.
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?)
    /// A list of scalars.
    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value])
    /// A record inside the record.
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value)
    /// A record that may be absent.
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?)
    /// A list of records.
    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value])
}

extension FieldVisitor {
    /// A record inside the record that takes no room while it is empty: one that was added to a
    /// released record, so that what was written before it comes back byte for byte.
    public mutating func field<Value: FieldRecord>(
        _ tag: Int,
        _ name: String,
        unlessEmpty value: inout Value
    ) {
        var present = value == Value() ? nil : value
        field(tag, name, &present)
        value = present ?? Value()
    }
}

/// A value with named, numbered fields.
public protocol FieldRecord: Hashable, Sendable {
    /// A record with every field empty, to decode into.
    init()
    /// Walks every field in ascending order of tags.
    mutating func visit(_ visitor: inout some FieldVisitor)
}

/// A scalar on the wire: an integer (varint, zigzag) or bytes with their length.
public enum WireScalar: Sendable {
    /// A signed integer.
    case integer(Int64)
    /// UTF-8 text.
    case text(String)
    /// Opaque bytes.
    case bytes([UInt8])
    /// Sixteen bytes, as two big-endian halves: an id, without an array for each.
    case halves(UInt64, UInt64)
}

/// A scalar in the JSON view.
public enum JSONScalar: Hashable, Sendable {
    /// A number.
    case integer(Int64)
    /// A Boolean.
    case boolean(Bool)
    /// A string.
    case text(String)
}

/// A value that one field can hold.
public protocol FieldScalar: Hashable, Sendable {
    /// The value that is not written when a field must have one.
    static var empty: Self { get }
    /// The value on the wire.
    var wire: WireScalar { get }
    /// The value from the wire; `nil` when this build does not know it.
    init?(wire: WireScalar)
    /// The value for people and scripts.
    var json: JSONScalar { get }
}
