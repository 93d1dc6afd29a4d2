import TestSupport
import Testing

@testable import Platform

/// The memory that many requests share.
struct MemoryRoomTests {
    private func room(_ bytes: Int) -> MemoryRoom { MemoryRoom(bytes: bytes, setting: "test") }

    @Test func `what is taken is not there for others, and comes back with its holder`()
        async throws
    {
        let room = room(100)
        var held: HeldRoom? = HeldRoom(of: room)
        try held?.growNow(to: 80)
        #expect(throws: NoRoom.self) { try HeldRoom(of: room).growNow(to: 21) }
        try held?.growNow(to: 90)
        held?.shrink(to: 40)
        #expect(held?.bytes == 40)
        #expect(room.use.bytes == 40)
        held = nil
        #expect(room.use.bytes == 0)
    }

    @Test func `what can be done without takes no room that another waits for`() async throws {
        let room = room(100)
        var first: HeldRoom? = HeldRoom(of: room)
        try first?.growNow(to: 60)
        let other = HeldRoom(of: room)
        let waiting = Task { try await other.grow(to: 80, patience: .seconds(3_600)) }
        #expect(try await eventually { room.use.waiting == 1 })
        let extra = HeldRoom(of: room)
        #expect(throws: NoRoom.self) { try extra.growNow(to: 10, yielding: true) }
        first = nil
        try await waiting.value
        try extra.growNow(to: 10, yielding: true)
        #expect(room.use.bytes == 90)
    }

    @Test func `what is larger than all has all of it`() async throws {
        let room = room(100)
        let held = HeldRoom(of: room)
        try await held.grow(to: 1_000, patience: .seconds(60))
        #expect(room.use.bytes == 100)
        try await held.grow(to: 2_000, patience: .seconds(60))
        #expect(room.use.bytes == 100)
    }

    @Test func `one request has its share, and another one's is there`() async throws {
        let room = MemoryRoom(bytes: 100, setting: "test", shares: 2)
        let first = HeldRoom(of: room)
        try await first.grow(to: 1_000, patience: .zero)
        #expect(room.use.bytes == 50)
        let second = HeldRoom(of: room)
        try second.growNow(to: 50)
        #expect(room.use.bytes == 100)
    }

    @Test func `who waits gets room when there is some, and a small one passes a large one`()
        async throws
    {
        let room = room(100)
        let first = HeldRoom(of: room)
        try first.growNow(to: 60)
        let large = Task { await room.take(90, patience: .seconds(60)) }
        #expect(try await eventually { room.use.waiting == 1 })
        #expect(await room.take(40, patience: .seconds(60)), "there is room for it")
        first.shrink(to: 0)
        #expect(room.use.waiting == 1, "40 are taken, so 90 don't fit")
        room.give(40)
        #expect(await large.value)
        #expect(room.use.bytes == 90)
        #expect(room.use.waiting == 0)
    }

    @Test func `who waits in vain is told, and leaves nothing behind`() async throws {
        let room = room(100)
        #expect(room.tryTake(100))
        #expect(await room.take(1, patience: .zero) == false)
        let cancelled = Task { await room.take(1, patience: .seconds(3_600)) }
        #expect(try await eventually { room.use.waiting == 1 })
        cancelled.cancel()
        #expect(await cancelled.value == false)
        #expect(room.use.waiting == 0)
        room.give(100)
        #expect(room.use.bytes == 0)
    }

    @Test func `no more wait than may`() async throws {
        let room = room(10)
        #expect(room.tryTake(10))
        let waiting = (0..<MemoryRoom.waitingLimit).map { _ in
            Task { await room.take(1, patience: .seconds(3_600)) }
        }
        #expect(try await eventually { room.use.waiting == MemoryRoom.waitingLimit })
        #expect(await room.take(1, patience: .seconds(3_600)) == false)
        for task in waiting { task.cancel() }
        for task in waiting { #expect(await task.value == false) }
    }

    @Test
    func `however many want it, it is never passed, nobody waits for ever, and all comes back`()
        async
    {
        let room = room(1_000)
        await withDiscardingTaskGroup { group in
            for number in 0..<500 {
                group.addTask {
                    let held = HeldRoom(of: room)
                    do throws(NoRoom) {
                        // Each wants more while it holds some, as bodies of unknown length do.
                        for step in 1...4 {
                            let wanted = step * (1 + number % 97)
                            try await held.grow(to: wanted, patience: .milliseconds(20))
                            #expect(room.use.bytes <= 1_000)
                            await Task.yield()
                        }
                    } catch {
                        #expect(error.bytes == 1_000)
                    }
                }
            }
        }
        #expect(room.use.bytes == 0)
        #expect(room.use.waiting == 0)
    }
}
