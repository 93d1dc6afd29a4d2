/// Response headers in their order of arrival, kept as bytes until someone asks for one.
///
/// Looking one up compares bytes and costs O(number of headers); only what is returned becomes a
/// `String`. Bytes that aren't UTF-8 are replaced (U+FFFD).
public struct UpstreamHeaders: Sendable, RandomAccessCollection {
    /// Where one header lies in `bytes`.
    struct Field: Sendable {
        var nameStart: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
    }

    /// Header lines one after the other.
    var bytes: [UInt8] = []
    var fields: [Field] = []

    /// The index of the first header.
    public var startIndex: Int { 0 }
    /// The number of headers, those of the same name counted each.
    public var endIndex: Int { fields.count }

    /// The header at a position, its name as the upstream wrote it, its value without surrounding
    /// white space.
    public subscript(position: Int) -> (name: String, value: String) {
        let field = fields[position]
        return (text(field.nameStart, field.nameEnd), text(field.valueStart, field.valueEnd))
    }

    /// The value of the first header of this name, in whatever case; `nil` if there is none.
    public subscript(name: String) -> String? {
        for field in fields where matches(field, name) {
            return text(field.valueStart, field.valueEnd)
        }
        return nil
    }

    /// The values of all headers of this name, in whatever case, in order.
    public func values(of name: String) -> [String] {
        fields.filter { matches($0, name) }.map { text($0.valueStart, $0.valueEnd) }
    }

    /// The positions of the headers of these names, or of names with this beginning, in whatever
    /// case; nothing becomes a `String`.
    public func indices(named names: [String], orBeginningWith prefix: String) -> [Int] {
        fields.indices.filter { position in
            begins(fields[position], with: prefix)
                || names.contains { matches(fields[position], $0) }
        }
    }

    private func begins(_ field: Field, with prefix: String) -> Bool {
        let count = prefix.utf8.count
        guard Int(field.nameEnd - field.nameStart) >= count else { return false }
        let start = Int(field.nameStart)
        return zip(bytes[start..<start + count], prefix.utf8).allSatisfy {
            $0.asciiLowercased == $1.asciiLowercased
        }
    }

    private func text(_ start: UInt32, _ end: UInt32) -> String {
        String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
    }

    private func matches(_ field: Field, _ name: String) -> Bool {
        let wanted = name.utf8
        guard Int(field.nameEnd - field.nameStart) == wanted.count else { return false }
        var offset = Int(field.nameStart)
        for byte in wanted {
            guard bytes[offset].asciiLowercased == byte.asciiLowercased else { return false }
            offset += 1
        }
        return true
    }
}

extension UInt8 {
    /// The byte with `A`…`Z` as `a`…`z`: header names are compared in ASCII (RFC 9110 §5.1).
    var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
