/// Writes a record's fields: key (tag and kind) and value each, in ascending order of tags.
///
/// Key: varint of tag × 2 + kind. Kind 0: a zigzag varint. Kind 1: a varint length and that many
/// bytes (text, bytes, a nested record). Equal records give equal bytes, which replay relies on.
struct FieldEncoder: FieldVisitor {
    var bytes: [UInt8]

    init(appendingTo bytes: [UInt8]) {
        self.bytes = bytes
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        if value < 0x80 { return bytes.append(UInt8(truncatingIfNeeded: value)) }
        longVarint(value)
    }

    private mutating func longVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func scalar(_ tag: Int, _ value: WireScalar) {
        switch value {
        case .integer(let integer):
            varint(UInt64(tag) << 1)
            varint(UInt64(bitPattern: integer << 1 ^ integer >> 63))
        case .text(let text):
            varint(UInt64(tag) << 1 | 1)
            varint(UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        case .bytes(let content):
            varint(UInt64(tag) << 1 | 1)
            varint(UInt64(content.count))
            bytes.append(contentsOf: content)
        case .halves(let high, let low):
            varint(UInt64(tag) << 1 | 1)
            varint(16)
            bigEndian(high)
            bigEndian(low)
        }
    }

    private mutating func bigEndian(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    private mutating func record(_ tag: Int, _ value: inout some FieldRecord) {
        varint(UInt64(tag) << 1 | 1)
        let start = bytes.count
        bytes.append(0)
        value.visit(&self)
        let length = bytes.count - start - 1
        guard length >= 0x80 else {
            bytes[start] = UInt8(length)
            return
        }
        writeLongLength(length, at: start)
    }

    /// Writes a length of two bytes or more where one was left for it; what it measures moves behind it.
    private mutating func writeLongLength(_ length: Int, at start: Int) {
        let bits = 64 - length.leadingZeroBitCount
        let last = start + (bits - 1) / 7
        bytes.insert(contentsOf: repeatElement(0, count: last - start), at: start)
        var rest = UInt64(length)
        for index in start..<last {
            bytes[index] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
        }
        bytes[last] = UInt8(truncatingIfNeeded: rest)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        guard value != Value.empty else { return }
        scalar(tag, value.wire)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard let value else { return }
        scalar(tag, value.wire)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        for element in value { scalar(tag, element.wire) }
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        record(tag, &value)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        guard var present = value else { return }
        record(tag, &present)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        // Each is copied by itself: to hand out a place of the array would copy the array, which others hold.
        for var element in value { record(tag, &element) }
    }
}
