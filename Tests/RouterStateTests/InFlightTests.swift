import Events
import Testing

@testable import RouterState

@Suite("Requests in flight")
struct InFlightTests {
    static let prices = [
        ModelPrices("groq", nil, TokenPrices(input: 3_000_000_000, output: 15_000_000_000))
    ]

    /// The attempts and the outcome that a restart records.
    static func interruptions(
        _ journal: Journal
    ) -> (finished: [AttemptFinished], completed: [RequestCompleted]) {
        let bodies = journal.state.inFlight.interruptions(
            prices: journal.state.prices,
            at: journal.now
        )
        return bodies.reduce(into: ([], [])) { parts, body in
            if case .attemptFinished(let event) = body { parts.0.append(event) }
            if case .requestCompleted(let event) = body { parts.1.append(event) }
        }
    }

    @Test func `a request is in flight from its reception to its completion`() {
        var journal = Journal()
        let first = journal.receive()
        let second = journal.receive()
        #expect(journal.state.inFlight.ids == [first, second])
        journal.complete(first)
        #expect(journal.state.inFlight.count == 1)
        #expect(journal.state.inFlight[first] == nil)
        journal.complete(second)
        #expect(journal.state.inFlight == InFlight())
    }

    @Test func `what an attempt reserved becomes its estimated use, marked as such`() throws {
        var journal = Journal()
        journal.apply(prices: Self.prices)
        let id = journal.receive()
        journal.start(id, number: 1, reserving: 1_000, output: 500)
        journal.wait(.seconds(2))
        let (finished, completed) = Self.interruptions(journal)
        let attempt = try #require(finished.first)
        #expect(attempt.request == id)
        #expect(attempt.number == 1)
        #expect(attempt.failure == .interrupted)
        #expect(attempt.usage == TokenUsage(input: 1_000, output: 500, origin: .estimated))
        #expect(attempt.cost == Nanodollars(dollars: "0.0105"))
        #expect(attempt.costOrigin == .estimated)
        #expect(attempt.pricesPosition == 1)
        let end = try #require(completed.first)
        #expect(end.outcome == .interrupted)
        #expect(end.attempts == 1)
        #expect(end.provider == "groq")
        #expect(end.model == "llama")
        #expect(end.cost == Nanodollars(dollars: "0.0105"))
        #expect(end.totalMicroseconds == 2_000_000)
    }

    @Test func `a reservation without a limit or a price leaves the cost unknown`() {
        var unlimited = Journal()
        unlimited.apply(prices: Self.prices)
        unlimited.start(unlimited.receive(), output: nil)
        var unpriced = Journal()
        unpriced.start(unpriced.receive())
        for journal in [unlimited, unpriced] {
            let (finished, completed) = Self.interruptions(journal)
            #expect(finished.map(\.cost) == [nil])
            #expect(finished.map(\.costOrigin) == [.unknown])
            #expect(completed.map(\.cost) == [nil])
        }
    }

    @Test func `a request without an attempt costs nothing`() {
        var journal = Journal()
        _ = journal.receive()
        let (finished, completed) = Self.interruptions(journal)
        #expect(finished.isEmpty)
        #expect(completed.map(\.attempts) == [0])
        #expect(completed.map(\.cost) == [.zero])
        #expect(completed.map(\.provider) == [nil])
    }

    /// The crash came after a failed attempt and before the error was recorded.
    @Test func `a request between attempts keeps what it cost and who was asked last`() throws {
        var journal = Journal()
        let id = journal.receive()
        journal.start(id, at: "groq", model: "llama")
        journal.finish(id, .serverError, cost: Nanodollars(3))
        journal.start(id, at: "claude", model: "haiku", number: 2)
        journal.finish(id, .serverError, cost: Nanodollars(4))
        let (finished, completed) = Self.interruptions(journal)
        #expect(finished.isEmpty)
        let end = try #require(completed.first)
        #expect(end.attempts == 2)
        #expect(end.cost == Nanodollars(7))
        #expect(end.provider == "claude")
        #expect(end.model == "haiku")
    }

    @Test func `the costs of all attempts are summed, the interrupted one's too`() {
        var journal = Journal()
        journal.apply(prices: Self.prices)
        let id = journal.receive()
        journal.start(id)
        journal.finish(id, .serverError, cost: Nanodollars(1))
        journal.start(id, number: 2, reserving: 1_000, output: 500)
        let (finished, completed) = Self.interruptions(journal)
        #expect(finished.map(\.number) == [2])
        #expect(completed.map(\.attempts) == [2])
        #expect(completed.map(\.cost) == [Nanodollars(10_500_001)])
    }

    @Test func `a cost that is unknown once stays unknown`() {
        var journal = Journal()
        journal.apply(prices: Self.prices)
        let id = journal.receive()
        journal.start(id)
        journal.finish(id, .serverError, cost: nil)
        journal.start(id, number: 2)
        journal.finish(id, .serverError, cost: Nanodollars(1))
        #expect(Self.interruptions(journal).completed.map(\.cost) == [nil])
    }

    @Test func `after the interruptions nothing is in flight, and every request ended once`() {
        var journal = Journal()
        journal.apply(prices: Self.prices)
        let ids = (0..<5).map { _ in journal.receive() }
        journal.start(ids[0])
        journal.start(ids[3])
        journal.complete(ids[4], .refused)
        journal.restart()
        #expect(journal.state.inFlight == InFlight())
        let ended = journal.events.compactMap { event in
            if case .requestCompleted(let completed) = event.body { completed.request } else { nil }
        }
        #expect(ended.sorted() == ids)
    }
}
