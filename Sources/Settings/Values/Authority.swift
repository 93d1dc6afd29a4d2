/// A host with or without a port, as an origin and the `Host` header write it (RFC 3986, section 3.2).
///
/// One dot at the host's end only says that the name is whole, and is left out.
public struct Authority: Sendable {
    /// The host as it is written; an IPv6 address keeps its brackets.
    public let host: Substring
    /// The digits of the port; `nil` where there are none.
    public let port: Substring?

    /// Reads what stands in front of a path.
    public init(_ text: Substring) {
        let bytes = text.utf8
        let end: Substring.Index
        if bytes.first == UInt8(ascii: "["), let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) {
            end = bytes.index(after: bracket)
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        }
        let rest = text[end...]
        port = rest.hasPrefix(":") && rest.utf8.count > 1 ? rest.dropFirst() : nil
        let host = text[..<end]
        self.host = host.hasSuffix(".") ? host.dropLast() : host
    }

    /// Whether it is the name that every machine has for itself.
    public var isLocalhost: Bool { host == "localhost" || host.lowercased() == "localhost" }

    /// Whether it is an address and no name: what ends in a number never leads to a name server
    /// (WHATWG URL, "ends-in-a-number checker").
    public var isAddress: Bool {
        let bytes = host.utf8
        if bytes.first == UInt8(ascii: "[") { return true }
        let label = bytes.reversed().prefix { $0 != UInt8(ascii: ".") }
        return !label.isEmpty
            && label.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
