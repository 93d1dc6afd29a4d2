import Events
import Testing

@testable import Providers

@Suite("What headers say of quotas")
struct RateLimitSnapshotTests {
    static let now = Timestamp(microseconds: 1_795_000_000_000_000)

    static func read(
        _ headers: [String: String],
        family: WireFamily = .openai,
        byDay: Bool = false
    ) -> [RateLimitSnapshot] {
        RateLimitSnapshot.read(
            family: family,
            countsRequestsByDay: byDay,
            headers: { headers[$0] },
            now: now
        )
    }

    @Test(arguments: [
        ("2m59.56s", 179_560_000), ("7.66s", 7_660_000), ("34s", 34_000_000), ("6ms", 6_000),
    ])
    func `Groq's requests are of a day and its tokens of a minute`(
        reset: String,
        microseconds: Int64
    ) throws {
        let readings = Self.read(
            [
                "x-ratelimit-limit-requests": "14400", "x-ratelimit-remaining-requests": "14370",
                "x-ratelimit-reset-requests": reset, "x-ratelimit-limit-tokens": "18000",
                "x-ratelimit-remaining-tokens": "17997", "x-ratelimit-reset-tokens": reset,
            ],
            byDay: true
        )
        #expect(readings.map(\.kind) == [.requestsPerDay, .tokensPerMinute])
        #expect(readings.map(\.limit) == [14_400, 18_000])
        #expect(readings.map(\.remaining) == [14_370, 17_997])
        let end = Self.now.advanced(byMicroseconds: microseconds)
        #expect(readings.map(\.resetsAt) == [end, end])
    }

    @Test func `Anthropic's resets are instants`() {
        let readings = Self.read(
            [
                "anthropic-ratelimit-requests-limit": "50",
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2026-11-18T11:07:40Z",
                "anthropic-ratelimit-input-tokens-remaining": "0",
            ],
            family: .anthropic
        )
        #expect(readings.map(\.kind) == [.requestsPerMinute, .tokensPerMinute])
        #expect(readings.map(\.remaining) == [49, 0])
        #expect(readings[0].resetsAt == Self.now + .seconds(60))
        #expect(readings[1].limit == nil)
    }

    @Test(arguments: ["", "many", "-1", "1.5"])
    func `what is no count says nothing`(text: String) {
        #expect(Self.read(["x-ratelimit-remaining-requests": text]).isEmpty)
    }

    @Test func `no headers say nothing`() {
        #expect(Self.read([:]).isEmpty)
        #expect(Self.read([:], family: .ollama).isEmpty)
    }
}
