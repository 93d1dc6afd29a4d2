/// Fingerprints of what a provider keeps, or alone can read: ids of stored responses, encrypted
/// reasoning and compactions.
///
/// They tell later where a text came from, without the text: the log holds them.
public enum HeldText {
    /// The bytes of the end that are looked at: an encrypted text ends in its seal, and an id is
    /// shorter.
    private static let reach = 64

    /// The fingerprint of a text in UTF-8: FNV-1a of its length and its end.
    public static func fingerprint(_ text: some BidirectionalCollection<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for shift in stride(from: 0, to: 32, by: 8) {
            take(UInt8(truncatingIfNeeded: text.count >> shift))
        }
        for byte in text.suffix(reach) { take(byte) }
        return hash
    }
}
