import Events

/// How quantities are written for people.
enum Wording {
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

    /// A number with its noun.
    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    private static func tenths(_ value: Int, unit: Int) -> String {
        let tenths = (value * 10 + unit / 2) / unit
        return "\(tenths / 10).\(tenths % 10)"
    }
}
