/// The escapes of JSON strings (RFC 8259 §7), both ways.
enum JSONEscapes {
    /// The UTF-8 that valid string content stands for.
    static func decoded(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            let byte = raw[index]
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                index += 1
                continue
            }
            let letter = raw[index + 1]
            if letter == UInt8(ascii: "u") {
                output.append(contentsOf: String(scalar(in: raw, at: &index)).utf8)
            } else {
                output.append(plain(letter))
                index += 2
            }
        }
        return output
    }

    /// The scalar of a `\u` escape, or of two that are a pair; U+FFFD for half a pair.
    private static func scalar(in raw: ArraySlice<UInt8>, at index: inout Int) -> Unicode.Scalar {
        let first = unit(in: raw, at: index + 2)
        index += 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 6 <= raw.endIndex,
            raw[index] == UInt8(ascii: "\\"), raw[index + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let second = unit(in: raw, at: index + 2)
        guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
        index += 6
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private static func unit(in raw: ArraySlice<UInt8>, at index: Int) -> UInt16 {
        raw[index..<index + 4].reduce(0) { $0 << 4 | (JSONGrammar.hexadecimal($1) ?? 0) }
    }

    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// Appends UTF-8 as string content: quotes, backslashes and control characters escaped.
    static func append(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x0A: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x0D: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case 0x09: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0..<0x20:
                output.append(contentsOf: "\\u00".utf8)
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
