import ClientHTTP
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Settings
import Testing

@testable import Gateway

/// How fast feedback may come.
struct FeedbackPaceTests {
    @Test func `a bucket gives what it holds at once and then one by one`() {
        var bucket = TokenBucket(size: 3, perSecond: 2)
        for _ in 0..<3 { #expect(bucket.take(at: 1_000) == nil) }
        #expect(bucket.take(at: 1_000) == 500_000)
        #expect(bucket.take(at: 500_999) == 1)
        #expect(bucket.take(at: 501_000) == nil)
        #expect(bucket.take(at: 501_000) == 500_000)
        // It holds no more after a long time.
        for _ in 0..<3 { #expect(bucket.take(at: 900_000_000) == nil) }
        #expect(bucket.take(at: 900_000_000) == 500_000)
    }

    @Test func `what was used is owed, and nobody is let in until it has come in`() {
        var bucket = TokenBucket(size: 3, perSecond: 2)
        #expect(bucket.debt(at: 1_000) == nil)
        #expect(bucket.take(at: 1_000) == nil)
        for _ in 0..<2 { bucket.charge(at: 1_000) }
        // It is empty, and owes nothing.
        #expect(bucket.debt(at: 1_000) == nil)
        for _ in 0..<4 { bucket.charge(at: 1_000) }
        #expect(bucket.debt(at: 1_000) == 2_000_000)
        // Whoever comes waits for a place of its own too, which a refusal does not put off.
        for _ in 0..<2 { #expect(bucket.take(at: 1_000) == 2_500_000) }
        #expect(bucket.debt(at: 2_001_000) == nil)
        #expect(bucket.take(at: 2_500_999) == 1)
        #expect(bucket.take(at: 2_501_000) == nil)
    }

    @Test func `feedback that comes too fast is not looked up`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let endpoint = FeedbackEndpoint(
                ledger: gateway.ledger,
                logger: Logger(label: "test"),
                pace: FeedbackPace(burst: 2, perSecond: 1)
            )
            var statuses: [Int] = []
            for _ in 0..<3 {
                let request = Self.request("{}")
                statuses.append(await endpoint.respond(to: request, upTo: .small).status.code)
            }
            #expect(statuses == [400, 400, 429])
        }
    }

    private static func request(_ body: String) -> Request {
        Request(
            head: HTTPRequest(
                method: .post,
                scheme: "http",
                authority: "127.0.0.1",
                path: "/v1/feedback"
            ),
            body: RequestBody(buffer: ByteBuffer(string: body))
        )
    }
}
