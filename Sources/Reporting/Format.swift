import Events

/// How quantities, and text from outside, are written for people.
enum Format {
    /// Text from outside on one line: what would begin another, steer the terminal or turn the
    /// reading direction is written as an escape, so that nobody can forge a line of the output.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isSteering) else { return text }
        return text.unicodeScalars.map { scalar in
            isSteering(scalar)
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
        }.joined()
    }

    /// A control character, a line end of Unicode, or a bidirectional control (UAX #9 §2).
    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Money with all its digits, or that it is unknown.
    static func cost(_ cost: Nanodollars?) -> String {
        cost.map { "$\($0)" } ?? "unknown"
    }

    /// A time in the unit that suits it.
    static func time(microseconds: Int) -> String {
        switch microseconds {
        case ..<1_000: "\(microseconds) µs"
        case ..<10_000: tenths(microseconds, unit: 1_000) + " ms"
        case ..<1_000_000: "\(microseconds / 1_000) ms"
        case ..<60_000_000: tenths(microseconds, unit: 1_000_000) + " s"
        default: "\(microseconds / 60_000_000) min \(microseconds / 1_000_000 % 60) s"
        }
    }

    /// A share as a percentage with one decimal, from millionths.
    static func percent(millionths: Int) -> String {
        tenths(millionths, unit: 10_000) + "%"
    }

    /// A share as a percentage with one decimal.
    static func percent(_ share: Double?) -> String {
        share.map { percent(millionths: Int(($0 * 1_000_000).rounded())) } ?? "–"
    }

    /// A score from 0 to 1 with two decimals.
    static func score(_ score: Double?) -> String {
        guard let score else { return "–" }
        let hundredths = Int((score * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// The HTTP status that a client was sent; 0 stands for none.
    static func status(_ status: Int) -> String {
        status == 0 ? "no status" : "status \(status)"
    }

    /// A number with its noun.
    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    private static func tenths(_ value: Int, unit: Int) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        let tenths = (rest * 10 + unit / 2) / unit
        return tenths == 10 ? "\(whole + 1).0" : "\(whole).\(tenths)"
    }
}
