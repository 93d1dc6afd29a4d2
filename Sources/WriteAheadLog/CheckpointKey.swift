import Crypto

/// The private key that checkpoints are signed with (Ed25519).
public struct CheckpointKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// The public key, 32 bytes: what a checkpoint is checked by.
    public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// The key in a file: 64 hexadecimal digits.
    ///
    /// - Throws: `invalidCheckpoint` if the file holds something else, `io`.
    public init(
        file path: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        let text = try onDisk { () throws(SystemError) in
            try fileSystem.open(path, .read).bytes(at: 0, count: 200)
        }
        let digits = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        guard
            let bytes = Hexadecimal.bytes(digits), bytes.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else {
            throw .invalidCheckpoint(path: path, reason: "it is no key of 64 hexadecimal digits")
        }
        self.key = key
    }

    /// The key of a data directory, made at its first use: `checkpoint.key`, mode 0600.
    ///
    /// - Throws: as `init(file:)`, and `notWritable`, `diskFull` when it is made.
    public init(
        directory: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        let path = LogPaths(directory: directory).checkpointKey
        // Any 32 bytes are a private key of Ed25519 (RFC 8032, section 5.1.5).
        try DirectorySecret.make(named: "checkpoint.key", in: directory, fileSystem: fileSystem)
        try self.init(file: path, fileSystem: fileSystem)
    }

    func signed(_ checkpoint: Checkpoint) throws(LogError) -> Checkpoint {
        var checkpoint = checkpoint
        checkpoint.publicKey = publicKey
        do {
            checkpoint.signature = Array(try key.signature(for: checkpoint.signedBytes))
        } catch {
            throw .invalidCheckpoint(path: "the key", reason: "\(error)")
        }
        return checkpoint
    }
}
