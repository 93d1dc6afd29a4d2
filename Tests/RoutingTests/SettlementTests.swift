import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

/// What an attempt's end makes of its reservation.
@Suite("Settlement")
struct SettlementTests {
    /// An attempt that may write 100 tokens, under way.
    static func run() throws -> (RoutingFixture, RequestReceived, AttemptStarted) {
        var world = HedgeTests.world()
        let received = HedgeTests.request(world)
        let attempt = try HedgeTests.run(&world, received).first
        return (world, received, attempt)
    }

    static func settled(
        _ outcome: AttemptOutcome,
        of attempt: AttemptStarted,
        _ received: RequestReceived,
        in world: RoutingFixture
    ) -> AttemptFinished {
        AttemptFinished(
            of: attempt,
            outcome,
            received: received,
            running: world.state.inFlight[attempt.request]?.attempt(attempt.number),
            prices: world.state.prices,
            at: world.now
        )
    }

    @Test(arguments: [FailureKind.clientGone, .cut, .outputOverrun, nil])
    func `an estimate is at most what was reserved, and says what it left out`(
        failure: FailureKind?
    ) throws {
        let (world, received, attempt) = try Self.run()
        var outcome = AttemptOutcome()
        outcome.failure = failure
        outcome.outputTextBytes = 4_000_000
        let finished = Self.settled(outcome, of: attempt, received, in: world)
        #expect(finished.usage.output == 100)
        #expect(finished.unreservedOutput == 1_000_000 - 100)
        #expect(finished.costOrigin == .estimated)
        let (cost, reserved) = (try #require(finished.cost), try #require(attempt.reservedCost))
        #expect(cost > .zero && cost <= reserved)
    }

    @Test func `an estimate within what was reserved is as it was`() throws {
        let (world, received, attempt) = try Self.run()
        var outcome = AttemptOutcome()
        outcome.failure = .clientGone
        outcome.outputTextBytes = 398
        let finished = Self.settled(outcome, of: attempt, received, in: world)
        #expect(finished.usage.output == 100)
        #expect(finished.unreservedOutput == nil && finished.unreservedCost == nil)
    }

    @Test func `what was held in the end counts, not at the beginning`() throws {
        var (world, received, attempt) = try Self.run()
        var more = ReservationExtended()
        more.request = attempt.request
        more.number = attempt.number
        more.output = 5_000
        more.cost = attempt.reservedCost.map { $0 + Nanodollars(1_000_000_000) }
        world.append(.reservationExtended(more))
        var outcome = AttemptOutcome()
        outcome.failure = .cut
        outcome.outputTextBytes = 400_000
        let finished = Self.settled(outcome, of: attempt, received, in: world)
        #expect(finished.usage.output == 5_000)
        #expect(finished.unreservedOutput == 95_000)
        outcome.failure = .hedgeLost
        #expect(Self.settled(outcome, of: attempt, received, in: world).cost == more.cost)
    }

    @Test func `what the provider counts is taken at its word`() throws {
        let (world, received, attempt) = try Self.run()
        var outcome = AttemptOutcome()
        outcome.usage = TokenUsage(input: 10, output: 1_000_000, origin: .provider)
        outcome.outputTextBytes = 4_000_000
        var finished = Self.settled(outcome, of: attempt, received, in: world)
        #expect(finished.usage.output == 1_000_000)
        #expect(finished.costOrigin == .priced && finished.unreservedOutput == nil)
        // Its count of a prompt that costs more than everything that was reserved is billed as well.
        outcome.usage = TokenUsage(input: 1_000_000_000, origin: .provider)
        finished = Self.settled(outcome, of: attempt, received, in: world)
        #expect(finished.costOrigin == .estimated)
        let (cost, reserved) = (try #require(finished.cost), try #require(attempt.reservedCost))
        #expect(cost > reserved)
        let rest = try #require(finished.unreservedCost)
        #expect(rest > .zero)
        outcome.receipt = Nanodollars(77)
        #expect(Self.settled(outcome, of: attempt, received, in: world).cost == Nanodollars(77))
    }
}
