import Events
import Simulation

/// The prices behind an outcome table: what per-token prices its recorded costs come from.
enum OutcomePrices {
    /// The two prices that give the recorded cost of every row of a model; unknown ones when no two
    /// do, so that nothing is charged that the table does not say.
    static func prices(of model: String, in table: OutcomeTable) -> TokenPrices? {
        let bills = table.rows.compactMap { $0.outcomes[model] }.compactMap { outcome in
            outcome.cost.map { (outcome.inputTokens, outcome.outputTokens, $0.count) }
        }
        guard let first = bills.first else { return nil }
        // Two rows whose token counts are not in proportion determine both prices.
        for other in bills.dropFirst() {
            let determinant = Int128(first.0) * Int128(other.1) - Int128(other.0) * Int128(first.1)
            guard determinant != 0 else { continue }
            let million: Int128 = 1_000_000
            let input =
                (Int128(first.2) * Int128(other.1) - Int128(other.2) * Int128(first.1)) * million
                / determinant
            let output =
                (Int128(other.2) * Int128(first.0) - Int128(first.2) * Int128(other.0)) * million
                / determinant
            let prices = TokenPrices(input: rounded(input), output: rounded(output))
            let explainsAll = bills.allSatisfy { input, output, cost in
                let bill = prices.cost(of: TokenUsage(input: input, output: output))
                // The table's costs are rounded to the nano-dollar, each on its own.
                return bill.map { abs($0.count - cost) <= 1 } ?? false
            }
            if explainsAll { return prices }
        }
        return nil
    }

    /// To the nearest hundredth of a cent per million tokens: prices are round, and the recorded
    /// costs they are computed from are rounded.
    private static func rounded(_ price: Int128) -> Int64 {
        let step: Int128 = 100_000
        return Int64(clamping: (price + step / 2) / step * step)
    }
}
