/// The fields of an encoded record, by tag, read from the bytes alone: for checks that later builds
/// only added fields.
public struct EncodedFields {
    private var byTag: [UInt64: [[UInt8]]] = [:]
    /// Whether the bytes are fields to their end.
    private var isWhole = true

    /// The fields in some bytes.
    public init(_ bytes: [UInt8]) {
        var index = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) where index < bytes.count {
                let byte = bytes[index]
                index += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while index < bytes.count {
            guard let key = varint() else {
                isWhole = false
                return
            }
            let start = index
            guard let value = varint() else {
                isWhole = false
                return
            }
            guard key & 1 == 1 else {
                byTag[key, default: []].append(Array(bytes[start..<index]))
                continue
            }
            guard value <= UInt64(bytes.count - index) else {
                isWhole = false
                return
            }
            byTag[key, default: []].append(Array(bytes[index..<(index + Int(value))]))
            index += Int(value)
        }
    }

    /// Whether every field of an earlier build's record is in this one with the same value, records
    /// inside of it looked into.
    public func contain(_ earlier: EncodedFields) -> Bool {
        guard isWhole, earlier.isWhole else { return false }
        return earlier.byTag.allSatisfy { key, values in
            let own = byTag[key] ?? []
            guard own.count >= values.count else { return false }
            return zip(own, values).allSatisfy { own, value in
                own == value
                    || key & 1 == 1 && !value.isEmpty
                        && EncodedFields(own).contain(EncodedFields(value))
            }
        }
    }
}
