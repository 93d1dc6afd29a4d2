/// The forms in which a secret may come back in what somebody else wrote.
///
/// Capital and small letters are not told apart by who looks for them, so none of the forms is in here twice
/// for that.
enum SecretForms {
    /// The secret as it is, and as it stands in JSON, in URLs, in base64 and in hexadecimal; each once.
    static func all(of secret: String) -> [[UInt8]] {
        let bytes = Array(secret.utf8)
        var forms = [bytes]
        forms += [json(bytes, escapesSlash: false), json(bytes, escapesSlash: true)]
        forms += [url(bytes, spaceAsPlus: false), url(bytes, spaceAsPlus: true)]
        forms.append(hexadecimal(bytes))
        for shift in 0..<3 { forms += base64(bytes, behind: shift) }
        var seen: Set<[UInt8]> = []
        return forms.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// RFC 8259, section 7; most writers leave a slash as it is, some escape it.
    private static func json(_ bytes: [UInt8], escapesSlash: Bool) -> [UInt8] {
        bytes.flatMap { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "/") where escapesSlash: [UInt8(ascii: "\\"), byte]
            default: [byte]
            }
        }
    }

    /// RFC 3986, section 2.3; forms of HTML write a space as a plus sign.
    private static func url(_ bytes: [UInt8], spaceAsPlus: Bool) -> [UInt8] {
        bytes.flatMap { byte in
            if byte.isAlphanumeric || "-._~".utf8.contains(byte) { return [byte] }
            if spaceAsPlus, byte == UInt8(ascii: " ") { return [UInt8(ascii: "+")] }
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8
    )

    /// What of the base64 of a longer text follows from the secret alone, which stands behind so many
    /// bytes (of three): in RFC 4648's alphabet and in that for URLs.
    private static func base64(_ bytes: [UInt8], behind shift: Int) -> [[UInt8]] {
        // Each letter is of six bits; those that hold other bits as well at either end are left out.
        let bitCount = bytes.count * 8
        let first = (6 - shift * 8 % 6) % 6
        var values: [Int] = []
        var bit = first
        while bit + 6 <= bitCount {
            var value = 0
            for place in bit..<bit + 6 {
                value = value << 1 | Int(bytes[place >> 3] >> UInt8(7 - place & 7)) & 1
            }
            values.append(value)
            bit += 6
        }
        return [Array("+/".utf8), Array("-_".utf8)].map { marks in
            values.map { $0 < letters.count ? letters[$0] : marks[$0 - letters.count] }
        }
    }
}
