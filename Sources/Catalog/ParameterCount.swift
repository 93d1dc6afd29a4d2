/// The number of a model's parameters, as its maker publishes it.
public struct ParameterCount: Hashable, Sendable {
    /// All of them.
    public let total: Int
    /// Those that take part in one token, where the model is a mixture of experts.
    public let active: Int?
    /// The count as it is published: `117B (5.1B active)`.
    public let text: String

    /// The count in a text such as `8B`, `137M` or `117B (5.1B active)`; `nil` for any other text.
    public init?(_ text: String) {
        let pattern = /([0-9]+(?:\.[0-9]+)?)([MB])(?: \(([0-9]+(?:\.[0-9]+)?)([MB]) active\))?/
        guard let match = text.wholeMatch(of: pattern),
            let total = Self.count(match.1, match.2), total > 0
        else { return nil }
        self.total = total
        active = match.3.flatMap { number in match.4.flatMap { Self.count(number, $0) } }
        self.text = text
    }

    /// `3.6` and `B` are 3,600,000,000; `nil` beyond six decimals and what an integer holds.
    private static func count(_ number: Substring, _ unit: Substring) -> Int? {
        let parts = number.split(separator: ".")
        let decimals = parts.count > 1 ? parts[1].count : 0
        guard decimals <= 6, var count = Int(parts.joined()) else { return nil }
        for _ in decimals..<(unit == "B" ? 9 : 6) {
            let (product, overflow) = count.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }
}
