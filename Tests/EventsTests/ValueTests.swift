import Testing

@testable import Events

@Suite("Values")
struct ValueTests {
    /// Prices in dollars per million tokens, tokens of each kind, and the bill worked out by hand.
    @Test(arguments: [
        ("3", "15", 1_000, 500, 0, 0, "0.0105"),
        ("3", "15", 1_000, 500, 200, 500, "0.012435"),
        ("5", "15", 1_000, 500, 0, 0, "0.0125"),
        ("0.15", "0.60", 1_000_000, 1_000_000, 0, 0, "0.75"),
        ("0", "0", 1_000, 500, 0, 0, "0"),
    ])
    func `a bill is exact to the nano-dollar`(
        input: String,
        output: String,
        inputTokens: Int,
        outputTokens: Int,
        cached: Int,
        written: Int,
        dollars: String
    ) throws {
        let inputPrice = try #require(Nanodollars(dollars: input)).count
        let prices = TokenPrices(
            input: inputPrice,
            output: Nanodollars(dollars: output)?.count,
            cachedInput: inputPrice / 10,
            cacheWrite: inputPrice * 5 / 4
        )
        let usage = TokenUsage(
            input: inputTokens,
            output: outputTokens,
            cachedInput: cached,
            cacheWrite: written
        )
        #expect(prices.cost(of: usage) == Nanodollars(dollars: dollars))
    }

    @Test func `an unknown price or count gives an unknown cost, never zero`() {
        let usage = TokenUsage(input: 10, output: 10)
        #expect(TokenPrices().cost(of: usage) == nil)
        #expect(TokenPrices(input: 1).cost(of: usage) == nil)
        #expect(TokenPrices(input: 1, output: 1).cost(of: TokenUsage(input: 10)) == nil)
        #expect(TokenPrices().cost(of: TokenUsage(input: 0, output: 0)) == nil)
        #expect(TokenPrices.free.cost(of: usage) == .zero)
    }

    @Test func `a bill beyond any amount is unknown, not a trap`() {
        let dear = TokenPrices(input: .max, output: .max)
        #expect(dear.cost(of: TokenUsage(input: .max, output: 1)) == nil)
        #expect(dear.cost(of: TokenUsage(input: 900_000, output: 900_000)) == nil)
        #expect(TokenUsage(input: .max, cachedInput: .max).prompt == .max)
    }

    @Test(
        arguments: [
            (500_000, 1, 0), (500_001, 1, 1), (1_500_000, 1, 2), (2_500_000, 1, 2),
            (-500_000, 1, 0),
            (-1_500_000, 1, -2), (Int64.max, 1_000_000, Int64.max),
        ] as [(Int64, Int64, Int64)]
    )
    func `half a nano-dollar rounds to even`(tokens: Int64, price: Int64, expected: Int64) {
        #expect(TokenPrices.line(tokens: tokens, price: price)?.count == expected)
    }

    @Test(
        arguments: [
            ("0.0105", 10_500_000), ("3", 3_000_000_000), ("-0.5", -500_000_000), ("1e-9", 1),
            ("1.5E2", 150_000_000_000), ("0.000000000", 0), ("0.1000000000", 100_000_000),
        ] as [(String, Int64)]
    )
    func `dollars are read exactly`(text: String, count: Int64) {
        #expect(Nanodollars(dollars: text)?.count == count)
    }

    @Test(arguments: ["", "x", "1.2.3", "0.0000000001", "1e99", "99999999999", "1 ", "e5", "--1"])
    func `what is not exact money is refused`(text: String) {
        #expect(Nanodollars(dollars: text) == nil)
    }

    @Test(
        arguments: [
            (0, "0"), (10_500_000, "0.0105"), (-1, "-0.000000001"), (12_000_000_000, "12"),
            (1_230_000_000, "1.23"),
        ] as [(Int64, String)]
    )
    func `money is written with all its digits`(count: Int64, text: String) {
        #expect(Nanodollars(count).description == text)
        #expect(Nanodollars(dollars: text)?.count == count)
    }

    @Test func `every day from 1900 to 2200 converts both ways, in order`() {
        var last = CivilDate(daysSinceEpoch: -25_568)
        for days in -25_567...84_006 {
            let date = CivilDate(daysSinceEpoch: days)
            #expect(date.daysSinceEpoch == days)
            #expect(last < date)
            last = date
        }
        #expect(CivilDate(daysSinceEpoch: 0) == CivilDate(year: 1970, month: 1, day: 1))
        #expect(CivilDate(year: 2000, month: 2, day: 29).daysSinceEpoch == 11_016)
    }

    @Test func `a timestamp reads as RFC 3339`() {
        #expect(
            Timestamp(microseconds: 951_827_696_000_001).description
                == "2000-02-29T12:34:56.000001Z"
        )
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp(microseconds: .min).description.hasSuffix("T19:59:05.224192Z"))
        #expect(Timestamp(microseconds: .max).description.hasSuffix("T04:00:54.775807Z"))
    }

    @Test func `an id has version 7, leads to its millisecond and reads back`() {
        let time = Timestamp(microseconds: 1_795_000_000_123_456)
        let id = RequestID(time: time, random: (.max, .max))
        #expect(id.time.microseconds == 1_795_000_000_123_000)
        let text = Array(id.description)
        #expect(text.count == 36)
        #expect(text[14] == "7")
        #expect("89ab".contains(text[19]))
        #expect(RequestID(id.description) == id)
        #expect(RequestID(id.description.uppercased()) == id)
        #expect(RequestID("not an id") == nil)
        #expect(RequestID(id.description + "0") == nil)
        let later = RequestID(time: time + .milliseconds(1), random: (0, 0))
        #expect(id < later)
    }

    @Test func `a failure is one party's fault`() {
        #expect(FailureKind.contextTooLong.fault == .request)
        #expect(FailureKind.keyRejected.fault == .key)
        #expect(FailureKind.modelMissing.fault == .model)
        #expect(FailureKind.rateLimited.fault == .rate)
        #expect(FailureKind.overloaded.fault == .provider)
        #expect(FailureKind.clientGone.fault == .gateway)
        #expect(FailureKind.rateLimited.name == "rate limited")
    }
}
