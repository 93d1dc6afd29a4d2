import Events
import Foundation
import Simulation
import Testing

@Suite("Prices in outcome tables")
struct OutcomePricesTests {
    /// A table whose model `m` answered with these tokens and costs in nano-dollars.
    func table(_ outcomes: [(input: Int, output: Int, cost: Int64?)]) -> OutcomeTable {
        OutcomeTable(
            rows: outcomes.enumerated().map { number, outcome in
                let recorded = RecordedOutcome(
                    quality: 1,
                    inputTokens: outcome.input,
                    outputTokens: outcome.output,
                    cost: outcome.cost.map { Nanodollars($0) }
                )
                return OutcomeRow(
                    id: "\(number)",
                    dataset: "",
                    domain: "",
                    prompt: "\(number)",
                    outcomes: ["m": recorded]
                )
            }
        )
    }

    @Test
    func `two rows give the two prices`() {
        let prices = table([(86, 120, 4_460_000), (61, 1, 640_000)]).prices(of: "m")
        #expect(prices == TokenPrices(input: 10_000_000_000, output: 30_000_000_000))
    }

    @Test
    func `a cost that is missing or follows from no prices gives none`() {
        #expect(table([(86, 120, 4_460_000), (61, 1, nil)]).prices(of: "m") == nil)
        #expect(table([(86, 120, 4_460_000)]).prices(of: "m") == nil)
        #expect(
            table([(86, 120, 4_460_000), (61, 1, 640_000), (10, 10, 7)]).prices(of: "m") == nil
        )
        #expect(table([(1, 2, 3)]).prices(of: "n") == nil)
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: OutcomeTableTests.shared),
            "no shared data here"
        )
    )
    func `the shared table has the prices that its description gives`() throws {
        let table = try OutcomeTable(file: OutcomeTableTests.shared)
        let cheap = table.prices(of: "mixtral-8x7b-instruct")
        #expect(cheap == TokenPrices(input: 240_000_000, output: 240_000_000))
        let strong = table.prices(of: "gpt-4-1106-preview")
        #expect(strong == TokenPrices(input: 10_000_000_000, output: 30_000_000_000))
    }
}
