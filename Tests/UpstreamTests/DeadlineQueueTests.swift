import Testing

@testable import Upstream

@Suite("DeadlineQueue")
struct DeadlineQueueTests {
    @Test
    func `slots come due in order and once`() {
        var queue = DeadlineQueue()
        for (slot, time) in [(0, 50), (1, 10), (2, 30), (3, 20), (4, 40)] as [(Int, UInt64)] {
            queue.arm(slot, at: time)
        }
        #expect(queue.next == 10)
        var due: [Int] = []
        while let slot = queue.popDue(at: 35) { due.append(slot) }
        #expect(due == [1, 3, 2])
        #expect(queue.next == 40)
        #expect(queue.popDue(at: 39) == nil)
    }

    @Test
    func `a later deadline keeps the earlier entry, an earlier one replaces it`() {
        var queue = DeadlineQueue()
        queue.arm(7, at: 100)
        queue.arm(7, at: 200)
        #expect(queue.next == 100)
        queue.arm(7, at: 50)
        #expect(queue.popDue(at: 60) == 7)
        // The entry of 100 is stale; nothing is due until someone arms the slot again.
        #expect(queue.popDue(at: 1000) == nil)
        #expect(queue.next == nil)
    }

    @Test
    func `it agrees with a sorted list`() {
        var seed: UInt64 = 42
        var queue = DeadlineQueue()
        var model: [Int: UInt64] = [:]
        for step in 0..<5000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let slot = Int(seed >> 33) % 50
            let time = UInt64(step) + (seed >> 40) % 300
            queue.arm(slot, at: time)
            model[slot] = min(model[slot] ?? .max, time)
            let now = UInt64(step)
            while let due = queue.popDue(at: now) {
                #expect(model[due].map { $0 <= now } == true)
                model[due] = nil
            }
            #expect(model.values.allSatisfy { $0 > now })
        }
    }
}
