import Crypto
import Foundation

/// How far a log had come and what it held, signed (docs/log-format.md, checkpoints).
///
/// The chain makes changes visible to whoever knows its last link; a checkpoint that is kept
/// elsewhere is how one knows.
public struct Checkpoint: Equatable, Sendable {
    /// The log's identity.
    public let logID: LogID
    /// The last sequence number it covers; 0 for an empty log.
    public let sequence: UInt64
    /// The segment that holds it.
    public let segment: UInt32
    /// Time of the last group it covers, in microseconds since the epoch.
    public let time: Int64
    /// Hash of the chain there, 32 bytes.
    public let link: [UInt8]
    /// The public key to the signature, 32 bytes.
    public internal(set) var publicKey: [UInt8] = []
    /// Ed25519 over the fields above, 64 bytes.
    public internal(set) var signature: [UInt8] = []

    /// What is signed.
    var signedBytes: [UInt8] {
        var bytes = Array("logway checkpoint 1".utf8)
        let fields = bytes.count
        bytes += [UInt8](repeating: 0, count: 36)
        bytes.store(logID.low, at: fields)
        bytes.store(logID.high, at: fields + 8)
        bytes.store(sequence, at: fields + 16)
        bytes.store(segment, at: fields + 24)
        bytes.store(time, at: fields + 28)
        return bytes + link
    }

    /// True if the signature is right by a public key of 32 bytes.
    public func isSigned(by publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: signedBytes)
    }
}

extension Checkpoint {
    private struct Document: Codable {
        var version: Int
        var log_id: String
        var sequence: UInt64
        var segment: UInt32
        var time_us: Int64
        var link: String
        var public_key: String
        var signature: String
    }

    /// One JSON object on one line.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let document = Document(
            version: 1,
            log_id: logID.description,
            sequence: sequence,
            segment: segment,
            time_us: time,
            link: Hexadecimal.text(link),
            public_key: Hexadecimal.text(publicKey),
            signature: Hexadecimal.text(signature)
        )
        guard let data = try? encoder.encode(document) else {
            preconditionFailure("numbers and texts can always be encoded")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Reads what `json` wrote; `path` is for the error.
    ///
    /// - Throws: `invalidCheckpoint`.
    public init(json: String, path: String) throws(LogError) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
        } catch {
            throw .invalidCheckpoint(path: path, reason: "it is no checkpoint in JSON")
        }
        guard document.version == 1 else {
            throw .invalidCheckpoint(
                path: path,
                reason: "it has version \(document.version), this build knows 1"
            )
        }
        guard
            let id = Hexadecimal.bytes(document.log_id), id.count == 16,
            let link = Hexadecimal.bytes(document.link), link.count == HashChain.linkSize,
            let key = Hexadecimal.bytes(document.public_key), key.count == 32,
            let signature = Hexadecimal.bytes(document.signature), signature.count == 64
        else { throw .invalidCheckpoint(path: path, reason: "a field has the wrong length") }
        logID = LogID(
            low: id[8...].reduce(0) { $0 << 8 | UInt64($1) },
            high: id[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        )
        sequence = document.sequence
        segment = document.segment
        time = document.time_us
        self.link = link
        publicKey = key
        self.signature = signature
    }
}
