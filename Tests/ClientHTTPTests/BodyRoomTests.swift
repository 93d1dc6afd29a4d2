import TestSupport
import Testing

@testable import ClientHTTP
@testable import Platform

/// The memory that the bodies of requests share.
struct BodyRoomTests {
    private func room(_ bytes: Int) -> MemoryRoom { MemoryRoom(bytes: bytes, setting: "test") }

    @Test func `a limit is what a share of the room is enough for`() {
        let room = MemoryRoom(bytes: 600, setting: "test", shares: ArrivingBody.shares)
        let held = HeldRoom(of: room)
        let limit = BodyLimit(bytes: 101, setting: "other").within(held)
        #expect(limit == BodyLimit(bytes: 100, setting: "1/6 of test"))
        let low = BodyLimit(bytes: 100, setting: "other")
        #expect(low.within(held) == low)
        #expect(low.within(nil) == low)
    }

    /// A text as `deflate` has it without compression.
    private func stored(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            let block = rest.prefix(60_000)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            bytes.append(rest.isEmpty ? 1 : 0)
            for number in [count, ~count] {
                bytes += [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]
            }
            bytes += block
        }
        return bytes
    }

    @Test func `what is inflated waits for room, and keeps what it needs`() async throws {
        let room = room(2 << 20)
        let other = HeldRoom(of: room)
        try other.growNow(to: 1_500_000)
        let text = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let body = stored(text)
        let held = HeldRoom(of: room)
        let inflating = Task {
            let limit = BodyLimit(bytes: 1 << 20)
            return try await ContentCoding.deflate
                .inflated(body, upTo: limit, in: held, patience: .seconds(3_600))
        }
        #expect(try await eventually { room.use.waiting == 1 })
        other.shrink(to: 0)
        #expect(try await inflating.value == text)
        #expect(held.bytes == ArrivingBody.copies * text.count)
    }

    @Test func `what is small once it is inflated needs no room`() async throws {
        let room = room(100)
        #expect(room.tryTake(100))
        let text = Array("hello".utf8)
        let held = HeldRoom(of: room)
        let output = try await ContentCoding.deflate
            .inflated(stored(text), upTo: .small, in: held)
        #expect(output == text)
    }
}
