/// A short hash that is the same on every machine and in every run.
///
/// It tells texts apart whose whole length can't be sent, and keeps no secret.
/// FNV-1a of 64 bits (G. Fowler, L. Noll, P. Vo; RFC draft-eastlake-fnv).
struct ShortHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    /// Its upper and lower half folded into eight hexadecimal digits.
    var hex: String {
        let folded = String(UInt32(truncatingIfNeeded: value >> 32 ^ value), radix: 16)
        return String(repeating: "0", count: 8 - folded.count) + folded
    }

    /// All of it in sixteen.
    var longHex: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
