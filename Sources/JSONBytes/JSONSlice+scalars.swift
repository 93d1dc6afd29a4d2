extension JSONSlice {
    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// The value of a Boolean; `nil` for any other kind.
    public var bool: Bool? {
        kind == .bool ? bytes[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// The value of a number that is written as an integer and fits; `nil` for anything else.
    public var int: Int? {
        guard kind == .number else { return nil }
        return Int(String(decoding: raw, as: UTF8.self))
    }

    /// The value of a number, rounded to a double; `nil` for any other kind.
    public var double: Double? {
        numberText.flatMap(Double.init)
    }

    /// A number as it is written; `nil` for any other kind.
    public var numberText: String? {
        kind == .number ? String(decoding: raw, as: UTF8.self) : nil
    }

    /// The decoded text of a string; `nil` for any other kind.
    ///
    /// A surrogate that is escaped without its partner becomes U+FFFD, since a Swift string can't
    /// hold it; `rawText` keeps it.
    public var string: String? {
        text.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What stands between a string's quotes, escapes and all; `nil` for any other kind.
    public var rawText: ArraySlice<UInt8>? {
        kind == .string ? bytes[range.lowerBound + 1..<range.upperBound - 1] : nil
    }

    /// The decoded UTF-8 of a string; `nil` for any other kind.
    ///
    /// Without an escape in it this is a view, not a copy.
    public var text: ArraySlice<UInt8>? {
        guard let rawText else { return nil }
        ScanTally.count(rawText.count)
        let span = bytes.span
        let first = ByteSearch.first(
            UInt8(ascii: "\\"),
            in: span,
            from: rawText.startIndex,
            to: rawText.endIndex
        )
        return first == rawText.endIndex ? rawText : JSONEscapes.decoded(rawText)[...]
    }

    /// Whether a string decodes to `other`; false for any other kind.
    public func isString(_ other: String) -> Bool {
        text.map { $0.elementsEqual(other.utf8) } ?? false
    }

    /// Whether the value is `""`.
    public var isEmptyString: Bool { kind == .string && range.count == 2 }

    /// Whether the value is a string of nothing, or of spaces, tabs and line ends alone.
    ///
    /// Looks at the text up to the first other character.
    public var isBlankString: Bool {
        guard let rawText else { return false }
        var isEscape = false
        for byte in rawText {
            switch byte {
            case UInt8(ascii: "\\") where !isEscape: isEscape = true
            case UInt8(ascii: "n") where isEscape, UInt8(ascii: "r") where isEscape,
                UInt8(ascii: "t") where isEscape:
                isEscape = false
            case UInt8(ascii: " ") where !isEscape: break
            default: return false
            }
        }
        return true
    }
}
