/// Bytes that the frames of one segment are compressed against, so that small frames compress as
/// well as large ones (docs/log-format.md, dictionary).
///
/// `@unchecked Sendable` because the memory is written once, before the value is shared.
@safe final class CompressionDictionary: @unchecked Sendable {
    static let headerSize = 16
    /// Most bytes: LZ4 looks 64 KiB back, and with its header a dictionary fills whole pages.
    static let limit = (64 << 10) - headerSize
    /// The bytes `LWDC`.
    static let magic: UInt32 = 0x4344_574C

    let count: Int
    /// CRC-32C over length and bytes.
    let id: UInt32
    /// The bytes, at an address that does not change: LZ4's preloaded states point to them.
    let base: UnsafeRawPointer

    /// A dictionary of the last bytes of an array, as many as `limit` allows; `nil` for none.
    convenience init?(lastOf bytes: [UInt8], limit: Int = CompressionDictionary.limit) {
        let count = min(bytes.count, limit)
        guard count > 0 else { return nil }
        self.init(Array(bytes.suffix(count)), id: Self.checksum(of: bytes.suffix(count)))
    }

    private init(_ bytes: [UInt8], id: UInt32) {
        count = bytes.count
        self.id = id
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 16)
        // SAFETY: the memory has the array's length, and is freed in deinit.
        unsafe UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(
            from: bytes
        )
        unsafe base = UnsafeRawPointer(memory)
    }

    deinit { unsafe base.deallocate() }

    private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        var covered = [UInt8](repeating: 0, count: 8)
        covered.store(UInt32(bytes.count), at: 0)
        covered += bytes
        return CRC32C.of(covered, 0..<covered.count)
    }

    /// Header, bytes, and zeroes to the end of the page.
    var block: [UInt8] {
        var block = [UInt8](repeating: 0, count: Format.wholePages(Self.headerSize + count))
        block.store(Self.magic, at: 0)
        block.store(id, at: 4)
        block.store(UInt32(count), at: 8)
        // SAFETY: the memory holds `count` bytes while this value lives.
        unsafe block.overwrite(
            from: Self.headerSize,
            with: Array(UnsafeRawBufferPointer(start: base, count: count))
        )
        return block
    }

    /// The dictionary behind a file's page 0; `nil` if none is there, or none that is whole.
    static func read(from file: any File) throws(SystemError) -> CompressionDictionary? {
        let header = try file.bytes(at: Format.pageSize, count: headerSize)
        guard header.count == headerSize, header.integer(UInt32.self, at: 0) == magic else {
            return nil
        }
        let count = Int(header.integer(UInt32.self, at: 8))
        guard (1...limit).contains(count), header.isZero(12..<16) else { return nil }
        let length = Format.wholePages(headerSize + count)
        let block = try file.bytes(at: Format.pageSize, count: length)
        guard
            block.count == length,
            block.integer(UInt32.self, at: 4) == CRC32C.of(block, 8..<(headerSize + count)),
            block.isZero((headerSize + count)..<length)
        else { return nil }
        return CompressionDictionary(
            Array(block[headerSize..<(headerSize + count)]),
            id: block.integer(at: 4)
        )
    }
}
