/// Addresses as the URL standard reads them (WHATWG URL, sections "IPv4 parser" and "IPv6 parser").
enum IPAddress {
    /// Whether a name can only be an address: its last part is a number, in digits or as `0x…`.
    static func endsInNumber(_ name: String) -> Bool {
        let bytes = name.utf8
        let last = bytes.lastIndex(of: dot).map { bytes[bytes.index(after: $0)...] } ?? bytes[...]
        guard !last.isEmpty else { return false }
        return last.allSatisfy { digits.contains($0) } || number(last) != nil
    }

    /// An address of one to four numbers, of which the last fills what the others leave; each is decimal,
    /// octal behind `0`, or hexadecimal behind `0x`.
    static func v4(_ text: String) -> UInt32? {
        var rest = text.utf8[...]
        var address: UInt64 = 0
        for place in 0..<4 {
            let end = rest.firstIndex(of: dot)
            guard let number = number(rest[..<(end ?? rest.endIndex)]) else { return nil }
            guard let end else {
                return number < 1 << (8 * (4 - place)) ? UInt32(address + number) : nil
            }
            guard number <= 255 else { return nil }
            address += number << (8 * (3 - place))
            rest = rest[rest.index(after: end)...]
        }
        return nil
    }

    /// An address of eight pieces, without its brackets; `::` stands for pieces of zero, and the last two may
    /// be written as an address of four bytes.
    ///
    /// A zone (`%eth0`) is none of it.
    static func v6(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        let halves = split(text)
        guard halves.count <= 2 else { return nil }
        var pieces: [[UInt16]] = []
        for (place, half) in halves.enumerated() {
            guard let read = v6Pieces(half, mayEndInV4: place == halves.count - 1) else {
                return nil
            }
            pieces.append(read)
        }
        if pieces.count == 1 { return pieces[0].count == 8 ? pieces[0] : nil }
        let missing = 8 - pieces[0].count - pieces[1].count
        // `::` stands for at least one piece.
        guard missing >= 1 else { return nil }
        return pieces[0] + Array(repeating: 0, count: missing) + pieces[1]
    }

    private static func v6Pieces(_ text: [UInt8], mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var pieces: [UInt16] = []
        let parts = text.split(separator: colon, omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            if mayEndInV4, place == parts.count - 1, part.contains(dot) {
                guard let address = dottedV4(part) else { return nil }
                pieces += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
                continue
            }
            let digits = part.compactMap(hexDigit)
            guard (1...4).contains(part.count), digits.count == part.count else { return nil }
            pieces.append(digits.reduce(0) { $0 << 4 | UInt16($1) })
        }
        return pieces
    }

    /// Four decimal numbers without leading zeros: inside of an IPv6 address there is no other form.
    private static func dottedV4(_ text: some Collection<UInt8>) -> UInt32? {
        let parts = text.split(separator: dot, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard part.allSatisfy({ digits.contains($0) }), part.first != zero || part.count == 1,
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    /// A number of an address; the largest for one that no address can hold, `nil` for none.
    private static func number(_ text: some Collection<UInt8>) -> UInt64? {
        guard !text.isEmpty else { return nil }
        let written = String(decoding: text, as: UTF8.self)
        let (rest, radix): (Substring, UInt32) =
            if written.hasPrefix("0x") || written.hasPrefix("0X") {
                (written.dropFirst(2), 16)
            } else if written.utf8.count > 1, written.hasPrefix("0") {
                (written.dropFirst(), 8)
            } else {
                (written[...], 10)
            }
        guard rest.utf8.allSatisfy({ byte in hexDigit(byte).map { $0 < radix } ?? false }) else {
            return nil
        }
        return rest.isEmpty ? 0 : UInt64(rest, radix: Int(radix)) ?? .max
    }

    /// What stands before, between and behind `::`.
    private static func split(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        var halves: [[UInt8]] = [[]]
        var rest = text
        while let byte = rest.popFirst() {
            if byte == colon, rest.first == colon {
                rest.removeFirst()
                halves.append([])
            } else {
                halves[halves.count - 1].append(byte)
            }
        }
        return halves
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    private static let zero = UInt8(ascii: "0")
    private static let dot = UInt8(ascii: ".")
    private static let colon = UInt8(ascii: ":")
}
