import HTTPTypes
import Hummingbird

/// A body that is compressed or otherwise encoded, which Logway does not decode (RFC 9110, section
/// 8.4).
struct UnsupportedCoding: Error {
    /// The characters of a coding that a message quotes.
    private static let quoted = 32

    /// The coding's name.
    let name: String

    /// Lets a request pass whose body is as it is.
    static func refuse(in request: Request) throws(UnsupportedCoding) {
        guard let coding = request.headers[.contentEncoding], !coding.isEmpty,
            coding.lowercased() != "identity"
        else { return }
        throw UnsupportedCoding(name: String(coding.prefix(quoted)))
    }
}
