import Events

/// What a provider says that a request cost.
enum Receipt {
    /// A decimal number of dollars, exact to nine decimals; more are rounded half to even.
    ///
    /// `nil` for what is no such number or negative. No floating point: 0.1 is a tenth.
    static func parse(_ text: String) -> Nanodollars? {
        if let exact = Nanodollars(dollars: text) { return exact.count < 0 ? nil : exact }
        var digits: [UInt8] = []
        var exponent = 0
        var seenPoint = false
        var rest = text.utf8[...]
        while let byte = rest.first, byte == UInt8(ascii: ".") || (48...57).contains(byte) {
            if byte == UInt8(ascii: ".") {
                if seenPoint { return nil }
                seenPoint = true
            } else {
                digits.append(byte - 48)
                if seenPoint { exponent -= 1 }
            }
            rest.removeFirst()
        }
        if let mark = rest.first {
            guard mark | 0x20 == UInt8(ascii: "e"), let power = Int(Substring(rest.dropFirst())),
                (-64...64).contains(power)
            else { return nil }
            exponent += power
        }
        return rounded(digits, exponent: exponent)
    }

    /// digits × 10^exponent dollars, where some digits are beyond the ninth decimal.
    private static func rounded(_ digits: [UInt8], exponent: Int) -> Nanodollars? {
        let excess = -9 - exponent
        guard !digits.isEmpty, excess > 0 else { return nil }
        let kept = digits.dropLast(excess)
        let cut = digits.suffix(excess)
        guard let count = kept.isEmpty ? 0 : Int64(kept.map(String.init).joined()) else {
            return nil
        }
        // Fewer digits than are cut: the first one cut is a zero that is not written.
        let lead = digits.count >= excess ? cut.first ?? 0 : 0
        let isAboveHalf = lead > 5 || (lead == 5 && cut.dropFirst().contains { $0 != 0 })
        let isHalf = lead == 5 && !isAboveHalf
        let up = isAboveHalf || (isHalf && !count.isMultiple(of: 2))
        let (sum, overflow) = count.addingReportingOverflow(up ? 1 : 0)
        return overflow ? nil : Nanodollars(sum)
    }
}
