/// A member of an object: its name and its value.
public struct JSONMember: Sendable {
    /// The name, a string.
    public let name: JSONSlice
    /// The value.
    public let value: JSONSlice
}

/// The members of an object in their order; nothing for any other kind of value.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let bytes: [UInt8]
    private let end: Int
    private var offset: Int

    init(_ slice: JSONSlice) {
        bytes = slice.bytes
        let start = slice.range.lowerBound + 1
        offset = start
        end = slice.kind == .object ? slice.range.upperBound - 1 : start
    }

    /// The next member.
    public mutating func next() -> JSONMember? {
        guard let (name, value) = nextRanges() else { return nil }
        return JSONMember(
            name: JSONSlice(valid: bytes, range: name),
            value: JSONSlice(valid: bytes, range: value)
        )
    }

    /// Where the next member's name and value lie.
    mutating func nextRanges() -> (name: Range<Int>, value: Range<Int>)? {
        var offset = offset
        defer { self.offset = offset }
        let span = bytes.span
        JSONGrammar.skipSpace(span, &offset, to: end)
        guard offset < end else { return nil }
        let name = offset..<JSONGrammar.endOfValidString(span, from: offset, to: end)
        offset = name.upperBound
        JSONGrammar.skipSpace(span, &offset, to: end)
        offset += 1  // the colon
        JSONGrammar.skipSpace(span, &offset, to: end)
        let value = offset..<JSONGrammar.endOfValid(span, from: offset, to: end)
        offset = value.upperBound
        JSONGrammar.skipSpace(span, &offset, to: end)
        if offset < end { offset += 1 }  // the comma
        return (name, value)
    }
}

/// The elements of an array in their order; nothing for any other kind of value.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let bytes: [UInt8]
    private let end: Int
    private var offset: Int

    init(_ slice: JSONSlice) {
        bytes = slice.bytes
        let start = slice.range.lowerBound + 1
        offset = start
        end = slice.kind == .array ? slice.range.upperBound - 1 : start
    }

    /// The next element.
    public mutating func next() -> JSONSlice? {
        var offset = offset
        defer { self.offset = offset }
        let span = bytes.span
        JSONGrammar.skipSpace(span, &offset, to: end)
        guard offset < end else { return nil }
        let range = offset..<JSONGrammar.endOfValid(span, from: offset, to: end)
        offset = range.upperBound
        JSONGrammar.skipSpace(span, &offset, to: end)
        if offset < end { offset += 1 }  // the comma
        return JSONSlice(valid: bytes, range: range)
    }
}

extension JSONSlice {
    /// The members of an object; empty for any other kind.
    public var members: JSONMembers { JSONMembers(self) }

    /// The elements of an array; empty for any other kind.
    public var elements: JSONElements { JSONElements(self) }

    /// The value of the member called `name`; `nil` if there is none or this is no object.
    ///
    /// - Throws: `JSONError.Reason.duplicateMember` if there are several.
    public func member(_ name: String) throws(JSONError) -> JSONSlice? {
        var found: JSONSlice?
        let wanted = Array(name.utf8)
        var members = members
        while let (nameRange, value) = members.nextRanges() {
            guard JSONKeys.matches(wanted, bytes, nameRange) else { continue }
            guard found == nil else {
                throw JSONError(.duplicateMember(name), at: nameRange.lowerBound)
            }
            found = JSONSlice(valid: bytes, range: value)
        }
        return found
    }

    /// The values of several members, in the order of `keys`, found in one pass.
    ///
    /// - Throws: `JSONError.Reason.duplicateMember` if one of them is there twice.
    public func scan(_ keys: JSONKeys) throws(JSONError) -> [JSONSlice?] {
        var found = [JSONSlice?](repeating: nil, count: keys.names.count)
        var members = members
        while let (nameRange, value) = members.nextRanges() {
            guard let index = keys.index(of: bytes, nameRange) else { continue }
            guard found[index] == nil else {
                let name = String(decoding: keys.names[index], as: UTF8.self)
                throw JSONError(.duplicateMember(name), at: nameRange.lowerBound)
            }
            found[index] = JSONSlice(valid: bytes, range: value)
        }
        return found
    }
}

/// Names of members to look for in one pass; make it once and keep it.
public struct JSONKeys: Sendable, ExpressibleByArrayLiteral {
    /// The names in UTF-8.
    let names: [[UInt8]]

    /// The names, whose order is the order of what `scan` finds.
    public init(arrayLiteral names: String...) {
        self.names = names.map { Array($0.utf8) }
    }

    /// The name at an index.
    public subscript(index: Int) -> String { String(decoding: names[index], as: UTF8.self) }

    func index(of bytes: [UInt8], _ range: Range<Int>) -> Int? {
        names.firstIndex { Self.matches($0, bytes, range) }
    }

    /// Whether the string at `range` of valid bytes decodes to `name`: `"mod\u0065l"` is `model`.
    static func matches(_ name: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let start = range.lowerBound + 1
        let count = range.count - 2
        if count == name.count {
            var index = 0
            while index < count, bytes[start &+ index] == name[index] { index &+= 1 }
            if index == count { return true }
        }
        // An escape is longer than what it stands for.
        guard count > name.count, bytes[range].contains(UInt8(ascii: "\\")) else { return false }
        return JSONEscapes.decoded(bytes[start..<start + count]) == name
    }
}
