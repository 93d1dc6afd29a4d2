import ClientHTTP
import Crypto
import Events
import HTTPTypes
import Hummingbird

/// The key that a client sends: recorded as its fingerprint, by which budgets go, and kept out of names.
enum ClientKey {
    /// How many hexadecimal digits of the SHA-256 are kept: enough to tell keys apart.
    private static let length = 12

    /// The first 12 digits of the SHA-256 of the bearer token, of `x-api-key`, or of the two ways in
    /// which Google's clients send a key, `x-goog-api-key` and `?key=`; `nil` without one.
    static func fingerprint(_ request: Request) -> String? {
        guard let key = key(of: request) else { return nil }
        let digits = SHA256.hash(data: Array(key.utf8)).prefix(length / 2)
        return digits.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The key as what must not be recorded; `nil` for one that may be a name as well, such as a tenant's.
    static func secret(_ request: Request) -> KnownSecret? {
        key(of: request).flatMap { KnownSecret(value: String($0)) }
    }

    private static func key(of request: Request) -> Substring? {
        let headers = request.headers
        let key: Substring
        if let authorization = headers[.authorization],
            authorization.lowercased().hasPrefix("bearer ")
        {
            key = authorization.dropFirst("bearer ".count).drop { $0 == " " }
        } else if let header = headers[.apiKey] ?? headers[.googleAPIKey] {
            key = header[...]
        } else if let parameter = request.uri.queryParameters["key"] {
            key = parameter[...]
        } else {
            return nil
        }
        return key.isEmpty ? nil : key
    }
}
