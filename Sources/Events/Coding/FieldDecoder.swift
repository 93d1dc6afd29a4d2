/// Why bytes are not an event.
public enum EventCodingError: Error, Hashable, Sendable {
    /// A length or a number runs past the end, at this offset in the record.
    case truncated(offset: Int)
    /// A number is longer than ten bytes, at this offset in the record.
    case overlongNumber(offset: Int)
    /// A field holds something its type can't be, at this offset in the record.
    case unexpectedValue(field: String, offset: Int)
}

extension EventCodingError: CustomStringConvertible {
    /// What is wrong, and where.
    public var description: String {
        switch self {
        case .truncated(let offset): "the event ends too early, at byte \(offset)"
        case .overlongNumber(let offset): "a number at byte \(offset) of the event is too long"
        case .unexpectedValue(let field, let offset):
            "field '\(field)' at byte \(offset) of the event holds a value this build can't read"
        }
    }
}

/// Reads a record's fields back; a tag that this build does not know is stepped over.
///
/// The first error is kept and every later field left empty, so that `visit` need not throw.
///
/// It reads borrowed memory, so that a record is decoded where it lies in its frame. Whoever makes
/// one keeps the buffer alive until the last field was read; nothing decoded points into it, and no
/// byte is read whose offset was not compared with `end` before.
@safe
struct FieldDecoder: FieldVisitor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset = 0
    private var end: Int
    /// The fields that are read; the others stay empty.
    private var wanted = EventFields.Selection()
    private(set) var failure: EventCodingError?

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.bytes = bytes
        end = bytes.count
    }

    /// Leaves other fields empty, to save reading what nobody asks for.
    mutating func read(only fields: EventFields.Selection) { wanted = fields }

    /// The bytes from the place reached to the end.
    var rest: [UInt8] { unsafe Array(UnsafeBufferPointer(rebasing: bytes[offset..<end])) }

    /// A record of the fields that follow.
    @inline(__always)
    mutating func record<Value: FieldRecord>() -> Value {
        var value = Value()
        value.visit(&self)
        return value
    }

    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end {
            // SAFETY: offset < end, which is at most the buffer's count.
            let byte = unsafe bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else {
                fail(.overlongNumber(offset: offset))
                return 0
            }
        }
        fail(.truncated(offset: offset))
        return 0
    }

    private mutating func fail(_ error: EventCodingError) {
        if failure == nil { failure = error }
        offset = end
    }

    /// The end of the length-delimited content that follows.
    private mutating func contentEnd() -> Int? {
        let length = varint()
        guard failure == nil else { return nil }
        guard length <= UInt64(end - offset) else {
            fail(.truncated(offset: offset))
            return nil
        }
        return offset + Int(length)
    }

    /// Moves to the field with `tag`, over lower ones this build does not know; whether it is there.
    private mutating func advance(to tag: Int) -> (present: Bool, isBytes: Bool) {
        guard wanted.contains(tag) else { return (false, false) }
        while failure == nil, offset < end {
            let start = offset
            let key = varint()
            if failure != nil { break }
            let found = key >> 1
            if found == UInt64(tag) { return (true, key & 1 == 1) }
            if found > UInt64(tag) {
                offset = start
                break
            }
            if key & 1 == 1 {
                if let contentEnd = contentEnd() { offset = contentEnd }
            } else {
                _ = varint()
            }
        }
        return (false, false)
    }

    private mutating func scalar<Value: FieldScalar>(
        _ tag: Int,
        _ name: String,
        as type: Value.Type
    ) -> Value? {
        let (present, isBytes) = advance(to: tag)
        guard present else { return nil }
        let start = offset
        let wire: WireScalar
        if isBytes {
            guard let contentEnd = contentEnd() else { return nil }
            wire = content(upTo: contentEnd, like: Value.empty.wire)
            offset = contentEnd
        } else {
            let raw = varint()
            guard failure == nil else { return nil }
            wire = .integer(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
        }
        guard let value = Value(wire: wire) else {
            fail(.unexpectedValue(field: name, offset: start))
            return nil
        }
        return value
    }

    /// The bytes up to `contentEnd` in the form that the field's type has on the wire.
    @inline(__always)
    private func content(upTo contentEnd: Int, like empty: WireScalar) -> WireScalar {
        // SAFETY: `contentEnd` was found to be at most `end`.
        let content = unsafe UnsafeBufferPointer(rebasing: bytes[offset..<contentEnd])
        switch empty {
        case .text: return unsafe .text(String(decoding: content, as: UTF8.self))
        case .halves where content.count == 16:
            // SAFETY: there are sixteen bytes, and the load asks for no alignment.
            let raw = UnsafeRawBufferPointer(content)
            return unsafe .halves(
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        case .integer, .bytes, .halves: return unsafe .bytes(Array(content))
        }
    }

    private mutating func record<Value: FieldRecord>(_ tag: Int, as type: Value.Type) -> Value? {
        let (present, isBytes) = advance(to: tag)
        guard present else { return nil }
        guard isBytes, let contentEnd = contentEnd() else {
            fail(.truncated(offset: offset))
            return nil
        }
        let (outer, outerWanted) = (end, wanted)
        end = contentEnd
        wanted = EventFields.Selection()
        let value: Value = record()
        // Fields after the last one this build knows are stepped over with the record.
        end = outer
        wanted = outerWanted
        offset = failure == nil ? contentEnd : outer
        return value
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value) {
        value = scalar(tag, name, as: Value.self) ?? Value.empty
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout Value?) {
        value = scalar(tag, name, as: Value.self)
    }

    mutating func field<Value: FieldScalar>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        value = []
        while let element = scalar(tag, name, as: Value.self) { value.append(element) }
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value) {
        value = record(tag, as: Value.self) ?? Value()
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout Value?) {
        value = record(tag, as: Value.self)
    }

    mutating func field<Value: FieldRecord>(_ tag: Int, _ name: String, _ value: inout [Value]) {
        value = []
        while let element = record(tag, as: Value.self) { value.append(element) }
    }
}
