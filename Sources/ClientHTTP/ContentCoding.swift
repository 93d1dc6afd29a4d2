import HTTPTypes
import Hummingbird
import Providers

/// How a request's body is compressed (RFC 9110, section 8.4.1).
enum ContentCoding: String {
    case gzip
    case deflate

    /// What a client may send, as `accept-encoding` tells it.
    static let accepted = "gzip, deflate, identity"

    /// The coding of a request's body; `nil` where it is as it is.
    ///
    /// - Throws: `UnsupportedCoding` for any other one, and for several on top of each other.
    init?(of request: Request) throws(UnsupportedCoding) {
        guard let text = request.headers[.contentEncoding] else { return nil }
        let names = text.lowercased().split(separator: ",")
            .map { $0.filter { !$0.isWhitespace } }
            .filter { !$0.isEmpty && $0 != "identity" }
        guard let name = names.first else { return nil }
        // `x-gzip` is the same by another name (section 8.4.1.3).
        guard names.count == 1, let coding = Self(rawValue: name == "x-gzip" ? "gzip" : name) else {
            throw UnsupportedCoding(name: text.limited(toBytes: UnsupportedCoding.quoted))
        }
        self = coding
    }
}

/// A body that is encoded in a way that Logway does not decode.
struct UnsupportedCoding: Error {
    /// The bytes of a coding that a message quotes.
    static let quoted = 32

    /// The coding's name.
    let name: String
}

/// A body that is not what its coding says.
struct InvalidCoding: Error {
    let coding: ContentCoding
    /// What is wrong with it.
    let reason: String
}

/// A body that grows more than bodies of text do.
struct BodyTooDense: Error {
    let coding: ContentCoding
}
