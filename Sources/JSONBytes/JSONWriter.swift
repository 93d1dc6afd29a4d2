/// Something that a `JSONWriter` can write as one value.
public protocol JSONWritable {
    /// Writes exactly one value.
    func write(to writer: inout JSONWriter)
}

/// Composes JSON: commas, escapes and the layout are its business, balance and the members' order the
/// caller's.
public struct JSONWriter: Sendable {
    /// How the parts of a document stand.
    public enum Layout: Sendable {
        /// All on one line, without a blank.
        case compact
        /// A line for each, two blanks deeper in each object and array, for people as well.
        case indented
    }

    /// What was written.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private let isIndented: Bool
    /// The objects and arrays that are open.
    private var depth = 0
    private var followsName = false

    /// A writer with room for `capacity` bytes.
    public init(capacity: Int = 256, layout: Layout = .compact) {
        bytes.reserveCapacity(capacity)
        isIndented = layout == .indented
    }

    /// The text of one object of what `body` writes.
    public static func text(
        _ layout: Layout = .compact,
        _ body: (inout JSONWriter) -> Void
    ) -> String {
        var writer = JSONWriter(layout: layout)
        writer.object(nil, body)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Writes a value, after a comma if it follows another one.
    public mutating func write(_ value: some JSONWritable) {
        value.write(to: &self)
    }

    /// Writes `null`.
    public mutating func writeNull() {
        write(valid: "null".utf8)
    }

    /// Writes bytes that are one valid JSON value.
    ///
    /// It may come from somebody who writes it on several lines. What is written here may be put into an
    /// event or a line of a stream, which ends at the first line break, so each becomes a space; strings
    /// hold none unescaped.
    public mutating func write(valid value: some Sequence<UInt8>) {
        separate()
        let start = bytes.count
        bytes.append(contentsOf: value)
        for lineBreak in [UInt8(ascii: "\n"), UInt8(ascii: "\r")] {
            var place = start
            while let found = bytes.firstIndex(of: lineBreak, from: place) {
                bytes[found] = UInt8(ascii: " ")
                place = found + 1
            }
        }
    }

    /// Writes a string of UTF-8, escaped.
    public mutating func write(text: some Sequence<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        JSONEscapes.append(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes one string of several, which are slices of kind string, joined by a separator.
    public mutating func write(joined strings: [JSONSlice], separator: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for (index, string) in strings.enumerated() {
            if index > 0 { JSONEscapes.append(separator.utf8, to: &bytes) }
            bytes.append(contentsOf: string.rawText ?? [])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a member's name; its value must follow.
    public mutating func name(_ name: String) {
        write(text: name.utf8)
        if isIndented {
            bytes.append(contentsOf: " : ".utf8)
            followsName = true
        } else {
            bytes.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: some JSONWritable) {
        self.name(name)
        write(value)
    }

    /// Writes a member if there is a value.
    public mutating func member<Value: JSONWritable>(_ name: String, ifPresent value: Value?) {
        if let value { member(name, value) }
    }

    /// Writes a member that is `null`.
    public mutating func nullMember(_ name: String) {
        self.name(name)
        writeNull()
    }

    /// Writes an object of what `body` writes.
    public mutating func object(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { self.name(name) }
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array of what `body` writes.
    public mutating func array(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { self.name(name) }
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes an array of values.
    public mutating func array(_ name: String, of values: some Sequence<some JSONWritable>) {
        array(name) { array in
            for value in values { array.write(value) }
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        guard isIndented else { return }
        if !followsName, depth > 0 { breakLine() }
        followsName = false
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if isIndented {
            // What is empty has an empty line.
            if !needsComma { bytes.append(UInt8(ascii: "\n")) }
            breakLine()
        }
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
}

extension String: JSONWritable {
    /// Writes the text as a string.
    public func write(to writer: inout JSONWriter) { writer.write(text: utf8) }
}

extension Int: JSONWritable {
    /// Writes the number.
    public func write(to writer: inout JSONWriter) { writer.write(valid: String(self).utf8) }
}

extension Int64: JSONWritable {
    /// Writes the number.
    public func write(to writer: inout JSONWriter) { writer.write(valid: String(self).utf8) }
}

extension UInt64: JSONWritable {
    /// Writes the number.
    public func write(to writer: inout JSONWriter) { writer.write(valid: String(self).utf8) }
}

extension Double: JSONWritable {
    /// Writes the number, a whole one without a point.
    ///
    /// - Precondition: it is finite; JSON has no word for others.
    public func write(to writer: inout JSONWriter) {
        precondition(isFinite, "JSON has finite numbers only")
        let text = description
        writer.write(valid: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }
}

extension Bool: JSONWritable {
    /// Writes `true` or `false`.
    public func write(to writer: inout JSONWriter) {
        writer.write(valid: (self ? "true" : "false").utf8)
    }
}

extension JSONSlice: JSONWritable {
    /// Writes the value as it is written where it comes from.
    public func write(to writer: inout JSONWriter) { writer.write(valid: raw) }
}

extension [String]: JSONWritable {
    /// Writes an array of strings.
    public func write(to writer: inout JSONWriter) {
        writer.array { array in
            for text in self { array.write(text) }
        }
    }
}

extension JSONSlice {
    /// The one value that was written, which is valid without another look.
    ///
    /// - Precondition: something was written, and objects and arrays are closed.
    public init(written writer: JSONWriter) {
        precondition(!writer.bytes.isEmpty, "nothing was written")
        self.init(valid: writer.bytes, range: 0..<writer.bytes.count)
    }
}
