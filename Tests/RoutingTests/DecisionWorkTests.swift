import Events
import Testing
import WorkCounter

@testable import RoutingSupport

/// What a decision makes, in objects of Swift: the same on every machine.
struct DecisionWorkTests {
    @Test(arguments: [
        ([], 37), (["capability", "quality"], 56),
    ])
    func `a decision makes few objects`(strategies: [String], most: Int) {
        let world = RoutingFixture.withCards(strategies)
        let received = world.request("auto")
        // What is made once is made before.
        _ = world.decide(received)
        work_begin()
        let decision = world.decide(received)
        let objects = Int(work_end().objects)
        #expect(decision.candidates.count >= 3)
        #expect(objects > 0)
        #expect(
            objects <= most,
            "if that is worth it, say why in the commit and write the number here"
        )
    }
}
