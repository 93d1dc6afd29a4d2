/// A sequence of draws that its seed decides (SplitMix64; Steele, Lea and Flood, 2014).
struct SeededRandom {
    private var state: UInt64

    /// The draws of these parts: equal parts give equal draws.
    init(seed: UInt64, _ texts: String..., occurrence: Int = 0) {
        // FNV-1a over the parts, each closed by a byte that no UTF-8 text holds.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        state = hash ^ (seed &* 0x9E37_79B9_7F4A_7C15)
        state &+= UInt64(truncatingIfNeeded: occurrence) &* 0xD1B5_4A32_D192_ED03
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number of the range; the bias of the remainder is too small to matter here.
    mutating func count(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// A delay around `mean`: the sum of twelve uniform draws less six is near to a normal one and
    /// needs no library function whose last bit differs between machines.
    mutating func delay(mean: Duration, deviation: Duration) -> Duration {
        guard deviation > .zero else { return mean }
        let standard = (0..<12).reduce(-6.0) { sum, _ in sum + fraction() }
        return max(.zero, mean + deviation * standard)
    }
}
