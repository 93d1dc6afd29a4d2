/// A host as the URL standard reads it (WHATWG URL, section 3.5, "host parsing"), so that every spelling of
/// one host is equal: `LOCALHOST.` and `%6cocalhost` are `localhost`, `0x7f.1` is `127.0.0.1`, and
/// `[0:0::1]` is `[::1]`.
///
/// A name with other letters than ASCII's is none here: browsers and libraries send such names encoded
/// (`xn--…`, RFC 5891), so nothing is to be gained by the tables that encoding them takes.
public enum WebHost: Hashable, Sendable {
    /// A name in lower case, without a dot at its end.
    case name(String)
    /// An address of four bytes.
    case ipv4(UInt32)
    /// An address of eight pieces.
    case ipv6([UInt16])

    /// A host; `nil` for what can be none, an empty one too.
    public init?(_ text: some StringProtocol) {
        let written = Array(text.utf8)
        if written.first == UInt8(ascii: "[") {
            guard written.count > 2, written.last == UInt8(ascii: "]"),
                let pieces = IPAddress.v6(written.dropFirst().dropLast())
            else { return nil }
            self = .ipv6(pieces)
            return
        }
        guard var bytes = Self.percentDecoded(written) else { return nil }
        // One dot at the end only says that the name is whole.
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy(Self.isNameByte) else { return nil }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        guard IPAddress.endsInNumber(name) else {
            self = .name(name)
            return
        }
        guard let address = IPAddress.v4(name) else { return nil }
        self = .ipv4(address)
    }

    /// Whether it is an address and no name, which no name server is asked for.
    public var isAddress: Bool { if case .name = self { false } else { true } }

    /// Whether it means this machine: `localhost` and the names below it (RFC 6761, section 6.3), the
    /// loopback addresses, also as IPv6 writes those of IPv4, and the unspecified ones, which lead to it.
    public var isOfThisMachine: Bool {
        switch self {
        case .name(let name): name == "localhost" || name.hasSuffix(".localhost")
        case .ipv4(let address): address >> 24 == 127 || address == 0
        case .ipv6(let pieces):
            switch pieces.prefix(6) {
            case [0, 0, 0, 0, 0, 0]: pieces[6] == 0 && pieces[7] <= 1
            case [0, 0, 0, 0, 0, 0xFFFF]: pieces[6] >> 8 == 127 || pieces[6] == 0 && pieces[7] == 0
            default: false
            }
        }
    }

    /// The bytes with each `%XX` undone; `nil` where a `%` begins none.
    private static func percentDecoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "%")) else { return text }
        var decoded: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(IPAddress.hexDigit),
                let low = rest.popFirst().flatMap(IPAddress.hexDigit)
            else { return nil }
            decoded.append(UInt8(high << 4 | low))
        }
        return decoded
    }

    /// What a name may hold: RFC 3986's `unreserved` and `sub-delims` (section 3.2.2), none of which is one of
    /// the standard's forbidden code points.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=".utf8.contains(byte)
        }
    }
}

extension WebHost: CustomStringConvertible {
    /// The host in its one spelling.
    public var description: String {
        switch self {
        case .name(let name): name
        case .ipv4(let address):
            stride(from: 24, through: 0, by: -8).map { String(address >> $0 & 0xFF) }
                .joined(separator: ".")
        case .ipv6(let pieces):
            "[" + pieces.map { String($0, radix: 16) }.joined(separator: ":") + "]"
        }
    }
}
