/// A secret of 32 random bytes beside a log, made at its first use, in a file that only its owner may
/// read: for keyed hashes in the log, which nobody can undo who has the log alone.
public enum DirectorySecret {
    /// The secret in the file of a name in a data directory.
    ///
    /// A file that can't be read as one is an error, since other hashes would follow from another.
    ///
    /// - Parameters:
    ///   - name: the file's name, such as `conversation.key`.
    ///   - directory: the data directory, which exists.
    ///   - fileSystem: where it is.
    /// - Returns: 32 bytes.
    /// - Throws: `LogError.invalidSecret` for a file of another form, `io`, `notWritable`, `diskFull`.
    public static func bytes(
        named name: String,
        in directory: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> [UInt8] {
        let path = "\(directory)/\(name)"
        try make(named: name, in: directory, fileSystem: fileSystem)
        let text = try onDisk { () throws(SystemError) in
            try fileSystem.open(path, .read).bytes(at: 0, count: 200)
        }
        let digits = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        guard let bytes = Hexadecimal.bytes(digits), bytes.count == 32 else {
            throw .invalidSecret(path: path)
        }
        return bytes
    }
    /// Makes the file unless it is there: 64 hexadecimal digits.
    ///
    /// Read it afterwards: another process may have made one at the same time, and one counts.
    ///
    /// - Throws: `io`, `notWritable`, `diskFull`.
    static func make(
        named name: String,
        in directory: String,
        fileSystem: any FileSystem
    ) throws(LogError) {
        let path = "\(directory)/\(name)"
        let names = try onDisk { () throws(SystemError) in try fileSystem.list(directory) }
        if !names.contains(name) {
            var generator = SystemRandomNumberGenerator()
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let temporary = path + ".tmp"
            try onDisk { () throws(SystemError) in
                try fileSystem.removeIfPresent(temporary)
                let file = try fileSystem.open(temporary, .create)
                try file.writeAll(Array((Hexadecimal.text(bytes) + "\n").utf8), at: 0)
                try file.synchronize()
                try fileSystem.rename(temporary, to: path)
            }
        }
        // Also if it was there: a process that was killed may have left the name unsynced, and what
        // was made with the secret since must be found again by it.
        try onDisk { () throws(SystemError) in try fileSystem.synchronizeDirectory(directory) }
    }
}
