public import Events

extension OutcomeTable {
    /// The prices that explain what a model's answers cost, found from the table itself.
    ///
    /// Two rows give the two prices, to the tenth of a cent per million tokens; they count only if
    /// every row's cost follows from them to the nano-dollar. `nil` where costs are missing or
    /// follow from no such prices. Linear in the number of rows.
    public func prices(of model: String) -> TokenPrices? {
        let outcomes = rows.compactMap { $0.outcomes[model] }
        guard let first = outcomes.first else { return nil }
        // The pair whose token counts are the least alike loses the least to rounding.
        let second = outcomes.max { spread(first, $0).magnitude < spread(first, $1).magnitude }
        guard let second, let prices = solve(first, second) else { return nil }
        let explainsAll = outcomes.allSatisfy { outcome in
            let usage = TokenUsage(input: outcome.inputTokens, output: outcome.outputTokens)
            guard let cost = outcome.cost, let expected = prices.cost(of: usage) else {
                return false
            }
            return abs(cost.count - expected.count) <= 1
        }
        return explainsAll ? prices : nil
    }

    /// The determinant of the two equations; 0 if they say the same.
    private func spread(_ left: RecordedOutcome, _ right: RecordedOutcome) -> Double {
        Double(left.inputTokens) * Double(right.outputTokens)
            - Double(right.inputTokens) * Double(left.outputTokens)
    }

    /// Cramer's rule, rounded to a million nano-dollars per million tokens.
    private func solve(_ left: RecordedOutcome, _ right: RecordedOutcome) -> TokenPrices? {
        let spread = spread(left, right)
        guard spread != 0, let leftCost = left.cost, let rightCost = right.cost else { return nil }
        let (first, second) = (Double(leftCost.count), Double(rightCost.count))
        let input = first * Double(right.outputTokens) - second * Double(left.outputTokens)
        let output = Double(left.inputTokens) * second - Double(right.inputTokens) * first
        let (inputPrice, outputPrice) = ((input / spread).rounded(), (output / spread).rounded())
        guard (0...1e9).contains(inputPrice), (0...1e9).contains(outputPrice) else { return nil }
        return TokenPrices(
            input: Int64(inputPrice) * 1_000_000,
            output: Int64(outputPrice) * 1_000_000
        )
    }
}
