import Events
import RouterState
import Routing
import TestSupport
import Testing

@testable import RoutingSupport

@Suite("Exploration")
struct ExplorationTests {
    static func world(floor: Int, arms: Int) -> RoutingFixture {
        RoutingFixture.withCards {
            var exploration = ExplorationPolicy()
            exploration.floor = floor
            exploration.arms = arms
            $0.exploration = exploration
        }
    }

    @Test(arguments: [
        (50_000, 2, [950_000, 50_000, 0]), (50_000, 3, [900_000, 50_000, 50_000]),
        (50_000, 9, [900_000, 50_000, 50_000]), (0, 3, [1_000_000, 0, 0]),
        (50_000, 1, [1_000_000, 0, 0]), (500_000, 3, [333_334, 333_333, 333_333]),
    ])
    func `arms share the probability`(floor: Int, arms: Int, expected: [Int]) {
        let decision = Self.world(floor: floor, arms: arms).decide("auto")
        #expect(decision.candidates.map(\.probability) == expected)
        #expect(decision.candidates.reduce(0) { $0 + $1.probability } == 1_000_000)
    }

    @Test func `a named model is not explored away from`() {
        let decision = Self.world(floor: 400_000, arms: 2).decide("llama")
        #expect(decision.candidates.map(\.probability) == [1_000_000, 0])
        #expect(decision.floor == 0)
    }

    /// 20,000 draws of a tenth: five standard deviations are 212.
    @Test func `the draws are as likely as the record says`() {
        let world = Self.world(floor: 100_000, arms: 3)
        let received = world.request("auto")
        var draws = SeededRandom(seed: SeededRandom.seed())
        var counts = [0, 0, 0]
        for _ in 0..<20_000 {
            let decision = decide(received, in: world.context, seed: draws.next())
            counts[decision.chosen ?? 0] += 1
        }
        #expect(abs(counts[1] - 2_000) < 212)
        #expect(abs(counts[2] - 2_000) < 212)
    }

    @Test func `who was drawn is asked first, and the others after it in their order`() throws {
        let world = Self.world(floor: 300_000, arms: 3)
        let received = world.request("auto")
        let decision = try #require(
            (0..<100).lazy.map {
                decide(received, in: world.context, seed: UInt64($0))
            }.first { $0.chosen == 1 }
        )
        var asked: [Int] = []
        var last: Int?
        while let next = nextCandidate(
            of: decision,
            after: last,
            attempts: 0,
            in: world.context
        ).candidate {
            asked.append(next)
            last = next
        }
        #expect(asked == [1, 0, 2])
    }
}
