/// The parts of a `data:` URL (RFC 2397) that holds base64.
struct DataURL {
    let mediaType: String
    let base64: ArraySlice<UInt8>

    /// `nil` for any other URL, and for base64 with bytes outside of its alphabet.
    init?(_ url: ArraySlice<UInt8>) {
        guard url.starts(with: "data:".utf8), let comma = url.firstIndex(of: UInt8(ascii: ","))
        else { return nil }
        let header = String(decoding: url[(url.startIndex + 5)..<comma], as: UTF8.self)
        guard header.hasSuffix(";base64") else { return nil }
        let type = header.dropLast(";base64".count).prefix { $0 != ";" }
        // Not a registered type, but what many write; Anthropic and Gemini refuse it.
        mediaType = type.lowercased() == "image/jpg" ? "image/jpeg" : String(type)
        base64 = url[(comma + 1)...]
        guard !mediaType.isEmpty, base64.allSatisfy(Self.isBase64) else { return nil }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }
}
