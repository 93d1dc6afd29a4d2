/// Changes to the members of one object that leave every other byte of it as it was.
public struct JSONSplice: Sendable {
    private let object: JSONSlice
    private var changes: [(name: String, value: [ArraySlice<UInt8>]?)] = []

    /// No changes yet to `object`, which must be an object.
    public init(_ object: JSONSlice) {
        precondition(object.kind == .object, "a splice changes an object")
        self.object = object
    }

    /// Replaces the value of the member called `name`, or adds such a member at the end.
    ///
    /// `value` must be valid JSON.
    public mutating func set(_ name: String, to value: [UInt8]) {
        set(name, to: [value[...]])
    }

    /// Replaces the value of the member called `name`, or adds such a member at the end.
    ///
    /// `pieces`, one behind the other, must be valid JSON.
    public mutating func set(_ name: String, to pieces: [ArraySlice<UInt8>]) {
        changes.removeAll { $0.name == name }
        changes.append((name, pieces))
    }

    /// Replaces the value of the member called `name` by a string, or adds such a member.
    public mutating func set(_ name: String, to text: String) {
        var writer = JSONWriter()
        writer.write(text)
        set(name, to: writer.bytes)
    }

    /// Removes the member called `name`, if there is one.
    public mutating func remove(_ name: String) {
        changes.removeAll { $0.name == name }
        changes.append((name, nil))
    }

    /// The object with the changes made, in pieces to be put one behind the other: what stays as it was is a
    /// view of the object's own bytes.
    ///
    /// Costs no copy. Where a name is there several times, all of them change.
    public var pieces: [ArraySlice<UInt8>] {
        let source = object.bytes
        var pieces: [ArraySlice<UInt8>] = []
        pieces.reserveCapacity(4 * changes.count + 1)
        var additions = changes
        var members = object.members
        // Where what is not among the pieces yet begins, and where the last member that was seen ends.
        var start = object.range.lowerBound
        var end = start + 1
        var keepsOne = false
        func give(upTo bound: Int) {
            if start < bound { pieces.append(source[start..<bound]) }
            start = bound
        }
        while let (name, value) = members.nextRanges() {
            let separator = source[end..<name.lowerBound]
            let member = JSONSlice(valid: source, range: name)
            let change = changes.first { member.isString($0.name) }
            if let change {
                additions.removeAll { $0.name == change.name }
                if change.value == nil {
                    give(upTo: end)
                    start = value.upperBound
                    end = start
                    continue
                }
            }
            if !keepsOne, start > object.range.lowerBound {
                // The first member kept has no comma before it, even if it was not the first one.
                pieces.append(separator.filter(isSpace)[...])
                start = name.lowerBound
            }
            if let replacement = change?.value {
                give(upTo: value.lowerBound)
                pieces += replacement
                start = value.upperBound
            }
            end = value.upperBound
            keepsOne = true
        }
        for case (let name, let value?) in additions {
            give(upTo: end)
            var writer = JSONWriter()
            writer.name(name)
            let comma: [UInt8] = keepsOne ? [UInt8(ascii: ",")] : []
            pieces.append((comma + writer.bytes)[...])
            pieces += value
            keepsOne = true
        }
        give(upTo: object.range.upperBound)
        return pieces
    }

    /// The object with the changes made.
    ///
    /// Costs a copy of it.
    public var bytes: [UInt8] { pieces.joinedBytes }

    /// The object with the changes made; it is valid without another look, as what it is made of was.
    ///
    /// Costs a copy of it.
    public var slice: JSONSlice {
        let bytes = bytes
        return JSONSlice(valid: bytes, range: 0..<bytes.count)
    }
}

extension [ArraySlice<UInt8>] {
    /// The bytes of all pieces.
    public var byteCount: Int { reduce(0) { $0 + $1.count } }

    /// The pieces one behind the other, in one array of just that length.
    public var joinedBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for piece in self { bytes.append(contentsOf: piece) }
        return bytes
    }
}

/// Whether a byte of a separator is white space, and so not the comma.
private func isSpace(_ byte: UInt8) -> Bool {
    byte != UInt8(ascii: ",")
}
