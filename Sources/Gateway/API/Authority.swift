/// A host with or without a port, as an origin and the `Host` header write it (RFC 3986, section 3.2).
struct Authority {
    /// The host; an IPv6 address keeps its brackets.
    let host: Substring

    init(_ text: Substring) {
        let bytes = text.utf8
        if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
            host = text[...end]
        } else {
            host = Substring(bytes.prefix { $0 != UInt8(ascii: ":") })
        }
    }

    /// Whether it is the name that every machine has for itself.
    var isLocalhost: Bool { host == "localhost" || host.lowercased() == "localhost" }

    /// Whether it is an address and no name: what ends in a number never leads to a name server
    /// (WHATWG URL, "ends-in-a-number checker").
    var isAddress: Bool {
        let bytes = host.utf8
        if bytes.first == UInt8(ascii: "[") { return true }
        let label = bytes.reversed().prefix { $0 != UInt8(ascii: ".") }
        return !label.isEmpty
            && label.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
