/// Which file the durable mark was written to, in that file itself: a copy says so by being another
/// file (docs/log-format.md, copies).
enum MarkOrigin {
    /// Behind the mark's two slots, in a sector of its own.
    static let offset = 1024
    static let size = 24
    /// The bytes `LWOR`.
    static let magic: UInt32 = 0x524F_574C

    /// True if the mark there was written to another file than this one.
    ///
    /// False without a mark, and for one that does not say: a writer of before did not.
    static func isCopy(_ path: String, in fileSystem: any FileSystem) throws(LogError) -> Bool {
        do throws(SystemError) {
            let bytes = try fileSystem.open(path, .read).bytes(at: offset, count: size)
            guard let origin = identity(bytes) else { return false }
            return !origin.fits(try fileSystem.identity(path))
        } catch {
            if error.kind == .notFound { return false }
            throw LogError(error)
        }
    }

    /// Makes a mark's file say that it is the one the mark was written to.
    ///
    /// What a copy lacks must have been accounted for before, durably: from here on a mark that is
    /// ahead means that something was lost.
    ///
    /// Where files get other numbers with each mount, every restart would look like a copy: there the mark
    /// does not say.
    static func claim(
        _ file: any File,
        _ path: String,
        in fileSystem: any FileSystem
    ) throws(SystemError) {
        let keepsIdentity = try fileSystem.keepsIdentity(path)
        let identity = try fileSystem.identity(path)
        let known = Self.identity(try file.bytes(at: offset, count: size))
        if known == (keepsIdentity ? identity : nil) { return }
        if known != nil { try file.synchronize() }
        var bytes = [UInt8](repeating: 0, count: size)
        guard keepsIdentity else { return try file.writeAll(bytes, at: offset) }
        bytes.store(magic, at: 0)
        bytes.store(identity.inode, at: 8)
        bytes.store(identity.birth, at: 16)
        bytes.store(CRC32C.of(bytes, 8..<size), at: 4)
        try file.writeAll(bytes, at: offset)
    }

    private static func identity(_ bytes: [UInt8]) -> FileIdentity? {
        guard
            bytes.count == size, bytes.integer(UInt32.self, at: 0) == magic,
            bytes.integer(UInt32.self, at: 4) == CRC32C.of(bytes, 8..<size)
        else { return nil }
        return FileIdentity(inode: bytes.integer(at: 8), birth: bytes.integer(at: 16))
    }
}
