/// A host with or without a port, as an origin and the `Host` header write it (RFC 3986, section 3.2).
public struct Authority: Hashable, Sendable {
    /// The host.
    public let host: WebHost
    /// The port; `nil` where none is written.
    public let port: UInt16?

    /// Reads what stands in front of a path; `nil` for what is none: without a host, with a user's name, with
    /// a port that isn't a number up to 65535, or with a byte that neither may hold.
    public init?(_ text: some StringProtocol) {
        guard let (written, port) = Self.split(text), let host = WebHost(written) else {
            return nil
        }
        (self.host, self.port) = (host, port)
    }

    /// The host as it is written, and the port behind it; `nil` for a port that is none.
    static func split<Text: StringProtocol>(
        _ text: Text
    ) -> (host: Text.SubSequence, port: UInt16?)? {
        let bytes = text.utf8
        let end: String.Index
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bytes.index(after: bracket)
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        }
        let rest = bytes[end...]
        guard let colon = rest.first else { return (text[..<end], nil) }
        let digits = rest.dropFirst()
        guard colon == UInt8(ascii: ":"),
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        // A colon without a port stands for the scheme's own (RFC 3986, section 3.2.3).
        if digits.isEmpty { return (text[..<end], nil) }
        guard let port = UInt16(String(decoding: digits, as: UTF8.self)) else { return nil }
        return (text[..<end], port)
    }
}
