/// A host by name or by address, or, as `*.example`, every name below one.
public struct HostPattern: Hashable, Sendable {
    private let host: WebHost
    /// Whether the names below it are meant, and not it itself.
    private let isParent: Bool

    /// A pattern from the configuration; `nil` when it is none: empty, with a scheme, port or path, or
    /// `*` in another place than in front.
    ///
    /// A name with other letters than ASCII's is written as browsers send it (`xn--…`). `*` alone is
    /// none: it would let in every website.
    public init?(_ text: String) {
        isParent = text.hasPrefix("*.")
        guard let host = WebHost(isParent ? text.dropFirst(2) : text[...]),
            !isParent || !host.isAddress, Self.isPlain(host)
        else { return nil }
        self.host = host
    }

    private init(below name: String) {
        (host, isParent) = (.name(name), true)
    }

    /// The names that nobody can register, so that no website has one: of multicast DNS (RFC 6762), of
    /// private networks (ICANN resolution 2024.07.29.06; `host.docker.internal` is one), and of the
    /// machine itself (RFC 6761).
    public static let unregistrable = ["localhost", "local", "internal"].map(
        HostPattern.init(below:)
    )

    /// The pattern in its one spelling.
    public var text: String { (isParent ? "*." : "") + host.description }

    /// Whether a host is meant.
    public func matches(_ other: WebHost) -> Bool {
        guard isParent else { return other == host }
        guard case .name(let name) = other, case .name(let parent) = host else { return false }
        return name.utf8.count > parent.utf8.count + 1 && name.hasSuffix("." + parent)
    }

    /// Whether a name holds what names of machines hold; whoever writes another has mistyped one.
    private static func isPlain(_ host: WebHost) -> Bool {
        guard case .name(let name) = host else { return true }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
