/// An amount of money in billionths of a US dollar; exact, signed, never a floating-point number.
public struct Nanodollars: Hashable, Sendable, Comparable {
    /// Billionths of a US dollar: 1 USD is 1,000,000,000.
    public var count: Int64

    /// An amount of `count` billionths of a US dollar.
    public init(_ count: Int64) {
        self.count = count
    }

    /// No money: a known price of nothing, not an unknown one (that is `nil`).
    public static let zero = Nanodollars(0)

    /// Orders by amount.
    public static func < (left: Nanodollars, right: Nanodollars) -> Bool {
        left.count < right.count
    }

    /// The exact sum; traps on overflow, at 9.2 billion dollars.
    public static func + (left: Nanodollars, right: Nanodollars) -> Nanodollars {
        Nanodollars(left.count + right.count)
    }

    /// The exact difference; traps on overflow.
    public static func - (left: Nanodollars, right: Nanodollars) -> Nanodollars {
        Nanodollars(left.count - right.count)
    }

    /// Adds in place; traps on overflow.
    public static func += (left: inout Nanodollars, right: Nanodollars) {
        left.count += right.count
    }
}

extension Nanodollars: CustomStringConvertible {
    /// The amount in dollars with all its digits and no needless zeros: `0.0105`, `12`, `-0.5`.
    public var description: String {
        let magnitude = count.magnitude
        var text = "\(count < 0 ? "-" : "")\(magnitude / 1_000_000_000)"
        var rest = magnitude % 1_000_000_000
        guard rest != 0 else { return text }
        var digits = 9
        while rest.isMultiple(of: 10) {
            rest /= 10
            digits -= 1
        }
        let fraction = String(rest)
        text.append(".")
        for _ in fraction.utf8.count..<digits { text.append("0") }
        return text + fraction
    }
}

extension Nanodollars {
    /// The amount written in decimal dollars (`0.15`, `3`, `1e-7`), exactly; `nil` when the text is
    /// not such a number, has more than nine decimals that count, or does not fit.
    public init?(dollars text: some StringProtocol) {
        guard let count = Self.scaled(text, decimals: 9) else { return nil }
        self.init(count)
    }

    /// `text` × 10^decimals as an integer, or `nil` if that is not exact.
    static func scaled(_ text: some StringProtocol, decimals: Int) -> Int64? {
        var digits: [UInt8] = []
        var exponent = 0
        var negative = false
        var seenPoint = false
        var bytes = Array(text.utf8)[...]
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        while let byte = bytes.first {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits.append(byte &- UInt8(ascii: "0"))
                if seenPoint { exponent -= 1 }
            } else if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else {
                break
            }
            bytes.removeFirst()
        }
        guard !digits.isEmpty else { return nil }
        if let mark = bytes.first {
            guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E"),
                let power = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)),
                (-64...64).contains(power)
            else { return nil }
            exponent += power
        }
        exponent += decimals
        while exponent < 0, digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { return 0 }
        guard exponent >= 0 || digits.allSatisfy({ $0 == 0 }) else { return nil }
        if digits.allSatisfy({ $0 == 0 }) { return 0 }
        digits.append(contentsOf: repeatElement(0, count: exponent))
        var value: Int64 = 0
        for digit in digits {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return negative ? -value : value
    }
}
