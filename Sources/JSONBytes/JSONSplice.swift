/// Changes to the members of one object that leave every other byte of it as it was.
public struct JSONSplice: Sendable {
    private let object: JSONSlice
    private var changes: [(name: String, value: [UInt8]?)] = []

    /// No changes yet to `object`, which must be an object.
    public init(_ object: JSONSlice) {
        precondition(object.kind == .object, "a splice changes an object")
        self.object = object
    }

    /// Replaces the value of the member called `name`, or adds such a member at the end.
    ///
    /// `value` must be valid JSON.
    public mutating func set(_ name: String, to value: [UInt8]) {
        changes.removeAll { $0.name == name }
        changes.append((name, value))
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

    /// The object with the changes made.
    ///
    /// Costs a copy of it. Where a name is there several times, all of them change.
    public var bytes: [UInt8] {
        let source = object.bytes
        var output: [UInt8] = [UInt8(ascii: "{")]
        output.reserveCapacity(object.range.count + changes.count * 64)
        var additions = changes
        var members = object.members
        var end = object.range.lowerBound + 1
        var keepsOne = false
        while let (name, value) = members.nextRanges() {
            let separator = source[end..<name.lowerBound]
            end = value.upperBound
            let member = JSONSlice(valid: source, range: name)
            let change = changes.first { member.isString($0.name) }
            if let change {
                additions.removeAll { $0.name == change.name }
                if change.value == nil { continue }
            }
            // The first member kept has no comma before it, even if it was not the first one.
            output.append(contentsOf: keepsOne ? separator : separator.filter(isSpace)[...])
            output.append(contentsOf: source[name.lowerBound..<value.lowerBound])
            if let replacement = change?.value {
                output.append(contentsOf: replacement)
            } else {
                output.append(contentsOf: source[value])
            }
            keepsOne = true
        }
        for case (let name, let value?) in additions {
            if keepsOne { output.append(UInt8(ascii: ",")) }
            var writer = JSONWriter()
            writer.name(name)
            output.append(contentsOf: writer.bytes)
            output.append(contentsOf: value)
            keepsOne = true
        }
        output.append(contentsOf: source[end..<object.range.upperBound])
        return output
    }
}

/// Whether a byte of a separator is white space, and so not the comma.
private func isSpace(_ byte: UInt8) -> Bool {
    byte != UInt8(ascii: ",")
}
