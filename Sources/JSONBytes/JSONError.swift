/// Why bytes are not the JSON that was asked for, and where.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that the grammar does not allow here; the text says what it allows.
        case expected(String)
        /// A number that is not written as RFC 8259 §6 demands.
        case malformedNumber
        /// A `\` in a string that begins no escape of RFC 8259 §7.
        case malformedEscape
        /// An unescaped control character in a string.
        case controlCharacter
        /// Bytes that are not UTF-8.
        case malformedUTF8
        /// More than `JSONSlice.depthLimit` arrays and objects inside one another.
        case tooDeep
        /// Bytes after the end of the document.
        case trailingBytes
        /// A member that is interpreted is there twice, and parsers disagree on which one counts.
        case duplicateMember(String)
        /// A member's name is one that is interpreted but for the case of its letters, and parsers disagree
        /// on whether that is the same.
        case caseVariant(String)
    }

    /// What is wrong.
    public let reason: Reason
    /// The offset of the offending byte from the start of the whole input.
    public let offset: Int

    /// An error at a byte offset.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// What is wrong and where, without any text of the input but an interpreted member's name.
    public var description: String {
        let what =
            switch reason {
            case .unexpectedEnd: "the text ends too early"
            case .expected(let what): "expected \(what)"
            case .malformedNumber: "malformed number"
            case .malformedEscape: "malformed escape in a string"
            case .controlCharacter: "unescaped control character in a string"
            case .malformedUTF8: "invalid UTF-8"
            case .tooDeep: "more than \(JSONSlice.depthLimit) levels of nesting"
            case .trailingBytes: "more bytes after the end of the document"
            case .duplicateMember(let name): "duplicate member '\(name)'"
            case .caseVariant(let name):
                "a member that is '\(name)' but for the case of its letters"
            }
        return "\(what) at byte \(offset)"
    }
}
