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
        // A copy, since the span borrows all of this value.
        var offset = offset
        defer { self.offset = offset }
        return Self.next(in: bytes.span, at: &offset, to: end)
    }

    /// Where the member at `offset` of valid bytes lies; moves behind its comma.
    @inline(__always)
    static func next(
        in span: Span<UInt8>,
        at offset: inout Int,
        to end: Int
    ) -> (name: Range<Int>, value: Range<Int>)? {
        JSONGrammar.skipSpace(span, &offset, to: end)
        guard offset < end else { return nil }
        let name = offset..<JSONGrammar.endOfValidString(span, from: offset, to: end)
        offset = name.upperBound
        JSONGrammar.skipSpace(span, &offset, to: end)
        offset += 1  // the colon
        JSONGrammar.skipSpace(span, &offset, to: end)
        let value = offset..<JSONGrammar.endOfValid(span, from: offset, to: end)
        ScanTally.count(value.upperBound - name.lowerBound)
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
        ScanTally.count(range.count)
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
        try scan([name])[0]
    }

    /// The values of several members, in the order of `keys`, found in one pass.
    ///
    /// - Parameters:
    ///   - keys: the names of the members.
    ///   - refusingVariants: whether a member is an error whose name is one of them but for the case of its
    ///     letters: where it matters that every parser finds the same.
    /// - Returns: the values; `nil` for each that isn't there.
    /// - Throws: `JSONError.Reason.duplicateMember` if one of them is there twice, `.caseVariant`.
    public func scan(
        _ keys: JSONKeys,
        refusingVariants: Bool = false
    ) throws(JSONError) -> [JSONSlice?] {
        var found = [JSONSlice?](repeating: nil, count: keys.count)
        guard kind == .object else { return found }
        let span = bytes.span
        let end = range.upperBound - 1
        var offset = range.lowerBound + 1
        while let (name, value) = JSONMembers.next(in: span, at: &offset, to: end) {
            guard let index = keys.index(of: name, in: span) else {
                if refusingVariants, let variant = keys.variantIndex(of: name, in: span) {
                    throw JSONError(.caseVariant(keys[variant]), at: name.lowerBound)
                }
                continue
            }
            guard found[index] == nil else {
                throw JSONError(.duplicateMember(keys[index]), at: name.lowerBound)
            }
            found[index] = JSONSlice(valid: bytes, range: value)
        }
        return found
    }
}
