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
        let names = try onDisk { () throws(SystemError) in try fileSystem.list(directory) }
        if !names.contains("checkpoint.key") {
            let seed = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
            let temporary = path + ".tmp"
            try onDisk { () throws(SystemError) in
                try fileSystem.removeIfPresent(temporary)
                let file = try fileSystem.open(temporary, .create)
                try file.writeAll(Array((Hexadecimal.text(seed) + "\n").utf8), at: 0)
                try file.synchronize()
                try fileSystem.rename(temporary, to: path)
            }
        }
        // Also if it was there: a process that was killed may have left the name unsynced, and the
        // key of a checkpoint that was shown must stay.
        try onDisk { () throws(SystemError) in try fileSystem.synchronizeDirectory(directory) }
        // Read back: another process may have made one at the same time, and one counts.
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
