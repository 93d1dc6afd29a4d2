import Events
import Providers
import Testing

@testable import ClientHTTP
@testable import Gateway
@testable import Platform

/// The memory that translations of requests take.
struct TranslationRoomTests {
    /// A request of so many parts, whose body holds room.
    private func admitted(parts: Int, in room: MemoryRoom) throws -> AdmittedRequest {
        let list = Array(repeating: #"{"type":"text","text":"a"}"#, count: parts)
        let text =
            #"{"model":"m","messages":[{"role":"user","content":["#
            + list.joined(separator: ",") + "]}]}"
        let body = [UInt8](text.utf8)
        let held = HeldRoom(of: room)
        try held.growNow(to: ArrivingBody.copies * body.count)
        return AdmittedRequest(
            try ClientRequest(api: .chatCompletions, body: body),
            as: RequestReceived(),
            decision: RouteDecided(),
            start: 0,
            decidedAt: 0,
            whole: .seconds(60),
            hedgeDelay: nil,
            holding: held
        )
    }

    @Test func `the room of a translation is there again when it is made`() async throws {
        let room = MemoryRoom(bytes: 20_000_000, setting: "test", shares: 2)
        let request = try admitted(parts: 5_000, in: room)
        let body = room.use.bytes
        // As two attempts that race.
        var translations = [
            try await request.roomToTranslate(), try await request.roomToTranslate(),
        ]
        #expect(translations.map { $0?.bytes } == [5_002_000, 5_002_000])
        #expect(room.use.bytes == body + 2 * 5_002_000)
        translations = []
        #expect(room.use.bytes == body)
        let small = try admitted(parts: 10, in: room)
        #expect(try await small.roomToTranslate() == nil)
        let large = try admitted(parts: 10_000, in: room)
        await #expect(throws: TooManyParts.self) { try await large.roomToTranslate() }
    }

    @Test func `what was read for the decision is kept where there is room for it`() async throws {
        let room = MemoryRoom(bytes: 20_000_000, setting: "test", shares: 2)
        let request = try admitted(parts: 5_000, in: room)
        let body = room.use.bytes
        request.client.keepReading(in: room)
        #expect(room.use.bytes == body, "nothing was read")
        _ = request.client.obstacles(to: .anthropic)
        request.client.keepReading(in: room)
        #expect(room.use.bytes == body + 5_002_000)
        // Whoever translates it takes no more, and holds it for as long as he needs it.
        var translation = try await request.roomToTranslate()
        #expect(room.use.bytes == body + 5_002_000)
        request.client.forgetReading()
        #expect(room.use.bytes == body + 5_002_000)
        #expect(translation?.bytes == 5_002_000)
        translation = nil
        #expect(room.use.bytes == body)
    }

    @Test func `what was read for the decision is forgotten where there is no room for it`() throws
    {
        let room = MemoryRoom(bytes: 20_000_000, setting: "test", shares: 2)
        let request = try admitted(parts: 5_000, in: room)
        _ = request.client.obstacles(to: .anthropic)
        #expect(request.client.hasReading)
        let others = HeldRoom(of: room)
        try others.growNow(to: 10_000_000)
        let more = HeldRoom(of: room)
        try more.growNow(to: 5_000_000)
        request.client.keepReading(in: room)
        #expect(!request.client.hasReading)
        // What has too many parts for any room is read again too.
        let large = try admitted(
            parts: 10_000,
            in: MemoryRoom(bytes: 20_000_000, setting: "test", shares: 2)
        )
        _ = large.client.obstacles(to: .anthropic)
        large.client.keepReading(in: room)
        #expect(!large.client.hasReading)
    }
}
