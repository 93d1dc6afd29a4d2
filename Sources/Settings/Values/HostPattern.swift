/// A host by name or by address, or, as `*.example`, every name below one.
public struct HostPattern: Hashable, Sendable {
    /// The name in lower case, without a dot at its end.
    private let name: String
    /// Whether the names below it are meant, and not it itself.
    private let isParent: Bool

    /// A pattern from the configuration; `nil` when it is none: empty, with a scheme, port or path, or
    /// `*` in another place than in front.
    ///
    /// A name with other letters than ASCII's is written as browsers send it (`xn--…`). `*` alone is
    /// none: it would let in every website.
    public init?(_ text: String) {
        isParent = text.hasPrefix("*.")
        let host = isParent ? text.dropFirst(2) : text[...]
        let name = Authority(host).host
        guard !name.isEmpty, host == name || host == name + ".",
            name.utf8.allSatisfy(name.hasPrefix("[") ? Self.isAddressByte : Self.isNameByte),
            !isParent || !Authority(name).isAddress
        else { return nil }
        self.name = name.lowercased()
    }

    private init(below name: String) {
        (self.name, isParent) = (name, true)
    }

    /// The names that nobody can register, so that no website has one: of multicast DNS (RFC 6762), of
    /// private networks (ICANN resolution 2024.07.29.06; `host.docker.internal` is one), and of the
    /// machine itself (RFC 6761).
    public static let unregistrable =
        [belowLocalhost] + ["local", "internal"].map(HostPattern.init(below:))

    /// Names that browsers take to this machine.
    static let belowLocalhost = HostPattern(below: "localhost")

    /// The pattern as the configuration writes it.
    public var text: String { isParent ? "*." + name : name }

    /// Whether a host is meant; upper and lower case are the same.
    public func matches(_ host: Substring) -> Bool {
        let host = host.lowercased()
        guard isParent else { return host == name }
        return host.utf8.count > name.utf8.count + 1 && host.hasSuffix(name)
            && host.dropLast(name.count).hasSuffix(".")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        isNameByte(byte)
            || [UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":")].contains(byte)
    }
}
