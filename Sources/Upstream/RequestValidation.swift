/// What a request may contain so that nothing in it is taken for something else on the wire.
enum RequestValidation {
    /// The most bytes of header lines in a request, and the most headers.
    static let headerByteLimit = 64 * 1024
    static let headerCountLimit = 256

    /// Headers that frame the message or the connection: two opinions on them are an attack
    /// (request smuggling), so only the client has one.
    private static let reserved = ["content-length", "transfer-encoding", "connection", "expect"]

    /// Checks method and headers.
    static func check(_ request: UpstreamRequest) throws(UpstreamError) {
        guard isToken(request.method) else { throw .badRequest("the method is not a token") }
        guard request.method != "HEAD" || request.bodyByteCount == 0 else {
            throw .badRequest("HEAD has no body")
        }
        guard request.headers.count <= headerCountLimit else {
            throw .badRequest("more than \(headerCountLimit) headers")
        }
        var bytes = 0
        for (position, header) in request.headers.enumerated() {
            guard isToken(header.name) else {
                throw .badRequest("the name of header \(position + 1) is not a token")
            }
            guard !reserved.contains(where: { equalIgnoringCase($0, header.name) }) else {
                throw .badRequest("\(header.name) is decided by the client itself")
            }
            guard header.value.utf8.allSatisfy(isValueByte) else {
                throw .badRequest("the value of \(header.name) has a control character")
            }
            bytes += header.name.utf8.count + header.value.utf8.count + 4
        }
        guard bytes <= headerByteLimit else {
            throw .badRequest("more than \(headerByteLimit) bytes of headers")
        }
    }

    /// Checks the URL as far as the client must (libcurl parses it again).
    ///
    /// - Returns: Host and port as written, for messages.
    static func endpoint(of url: String) throws(UpstreamError) -> String {
        let bytes = url.utf8
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw .badURL("it contains a space, a control character or a backslash")
        }
        let schemes = ["http://", "https://"]
        let scheme = schemes.first { equalIgnoringCase($0, String(url.prefix($0.utf8.count))) }
        guard let scheme else { throw .badURL("it does not start with http:// or https://") }
        let authority = bytes.dropFirst(scheme.utf8.count).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        guard !authority.isEmpty else { throw .badURL("it names no host") }
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw .badURL("it contains user information, which belongs into a header")
        }
        return String(Substring(authority))
    }

    static func equalIgnoringCase(_ first: String, _ second: String) -> Bool {
        first.utf8.count == second.utf8.count
            && first.utf8.elementsEqual(second.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// RFC 9110 §5.5 without the obsolete line folding; bytes above 0x7F are UTF-8 here.
    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\t") || (byte >= 0x20 && byte != 0x7F)
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
