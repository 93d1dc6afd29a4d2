/// A hash of a row's values, by which a row that was changed is told from the one that was written.
///
/// It is for bad disks and careless hands. Who can write the file can also write a fitting checksum; the
/// log's chain and its checkpoints are for that.
struct RowHash {
    private var state: UInt64

    /// The hash of no value yet; equal rows of two tables have different ones.
    init(of table: CheckedTable) {
        state = 0x9E37_79B9_7F4A_7C15 &* UInt64(table.rawValue)
    }

    /// Takes in eight bytes; each step can be undone, so no two values of one place come to the same.
    @inline(__always)
    mutating func mix(_ word: UInt64) {
        state ^= word
        state &*= 0xBF58_476D_1CE4_E5B9
        state ^= state >> 29
    }

    mutating func mixNull() { mix(0) }

    mutating func mix(integer: Int64) {
        mix(1)
        mix(UInt64(bitPattern: integer))
    }

    /// Takes in text (`isText`) or other bytes, with their number.
    mutating func mix(bytes: UnsafeRawBufferPointer, isText: Bool) {
        mix(UInt64(bytes.count) << 2 | (isText ? 2 : 3))
        // SAFETY: eight bytes from each offset below `end` lie in the buffer, the rest below its count;
        // the load asks for no alignment.
        let end = bytes.count & ~7
        for offset in stride(from: 0, to: end, by: 8) {
            mix(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var last: UInt64 = 0
        for offset in end..<bytes.count { last = last << 8 | UInt64(unsafe bytes[offset]) }
        mix(last)
    }

    /// The hash; its bits depend on every value, since hashes are summed up.
    var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
