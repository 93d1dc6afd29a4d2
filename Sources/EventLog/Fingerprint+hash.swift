import Crypto
public import Events

extension Fingerprint {
    /// The first 16 bytes of the SHA-256 of some bytes.
    public init(sha256Of bytes: [UInt8]) {
        self.init(bytes: Array(SHA256.hash(data: bytes).prefix(16)))
    }
}
