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
}
