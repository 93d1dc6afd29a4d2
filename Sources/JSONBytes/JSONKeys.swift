/// Names of members to look for in one pass; make it once and keep it.
public struct JSONKeys: Sendable, ExpressibleByArrayLiteral {
    /// All names in UTF-8, one after the other: one array to look into, not one for each.
    private let text: [UInt8]
    /// Where each name ends in `text`.
    private let ends: [Int]

    /// The names, whose order is the order of what `scan` finds.
    public init(arrayLiteral names: String...) {
        self.init(names)
    }

    /// The names of a list, whose order is the order of what `scan` finds.
    public init(_ names: [String]) {
        var text: [UInt8] = []
        ends = names.map { name in
            text += name.utf8
            return text.count
        }
        self.text = text
    }

    /// How many names there are.
    public var count: Int { ends.count }

    /// The name at an index.
    public subscript(index: Int) -> String {
        String(decoding: text[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
    }

    /// Which of the names the string at `range` of valid bytes decodes to: `"mod\u0065l"` is
    /// `model`.
    @inline(__always)
    func index(of range: Range<Int>, in span: Span<UInt8>) -> Int? {
        let names = text.span
        let ends = ends.span
        let start = range.lowerBound &+ 1
        let count = range.count &- 2
        var nameStart = 0
        for index in 0..<ends.count {
            let nameEnd = ends[index]
            if nameEnd &- nameStart == count {
                var position = 0
                while position < count, span[start &+ position] == names[nameStart &+ position] {
                    position &+= 1
                }
                if position == count { return index }
            }
            nameStart = nameEnd
        }
        let end = start &+ count
        let escape = ByteSearch.quoteOrBackslash(in: span, from: start, to: end)
        return escape < end ? decodedIndex(of: start..<end, in: span) : nil
    }

    /// Which of the names the string at `range` of valid bytes is but for the case of its letters, as Go's
    /// `encoding/json` takes them for one: `Model`, `MODE\u004c` and `tool\u017f` are `model`, `model` and
    /// `tools`.
    ///
    /// Go folds by Unicode, where two letters beyond ASCII are lower case's `s` and `k`: U+017F and U+212A.
    func variantIndex(of range: Range<Int>, in span: Span<UInt8>) -> Int? {
        let (start, end) = (range.lowerBound &+ 1, range.upperBound &- 1)
        if ByteSearch.endOfPlainText(in: span, from: start, to: end) < end {
            var raw: [UInt8] = []
            for index in start..<end { raw.append(span[index]) }
            let name = Self.folded(JSONEscapes.decoded(raw[...]))
            return (0..<count).first { name.elementsEqual(self[$0].utf8.lazy.map(Self.lowered)) }
        }
        let (names, ends) = (text.span, ends.span)
        var nameStart = 0
        for index in 0..<ends.count {
            let nameEnd = ends[index]
            if nameEnd &- nameStart == end &- start {
                var position = 0
                while nameStart &+ position < nameEnd,
                    Self.lowered(span[start &+ position])
                        == Self.lowered(names[nameStart &+ position])
                {
                    position &+= 1
                }
                if nameStart &+ position == nameEnd { return index }
            }
            nameStart = nameEnd
        }
        return nil
    }

    @inline(__always)
    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// Text in lower case, as far as ASCII's letters and the two that fold to one of them go.
    private static func folded(_ text: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\u{017F}": folded.append(UInt8(ascii: "s"))
            case "\u{212A}": folded.append(UInt8(ascii: "k"))
            default: folded += String(scalar).utf8.map(lowered)
            }
        }
        return folded
    }

    /// The slow way, for a name that is written with escapes.
    private func decodedIndex(of range: Range<Int>, in span: Span<UInt8>) -> Int? {
        var raw: [UInt8] = []
        for index in range { raw.append(span[index]) }
        let name = String(decoding: JSONEscapes.decoded(raw[...]), as: UTF8.self)
        return (0..<count).first { self[$0].utf8.elementsEqual(name.utf8) }
    }
}
