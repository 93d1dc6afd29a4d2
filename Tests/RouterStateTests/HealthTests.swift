import Events
import Testing

@testable import RouterState

@Suite("Health")
struct HealthTests {
    @Test func `7 successes and 3 failures are an error rate of 0.3 and an availability of 0.7`() {
        var journal = Journal()
        for _ in 0..<7 { journal.attempt() }
        for _ in 0..<3 { journal.attempt(.serverError) }
        #expect(journal.health().errorRate(at: journal.now) == 0.3)
        #expect(journal.health().availability(at: journal.now) == 0.7)
        #expect(journal.health().consecutiveFailures == 3)
    }

    @Test func `a provider that was never asked has no rates`() {
        let health = Journal().health()
        #expect(health.errorRate(at: Journal.noon) == nil)
        #expect(health.availability(at: Journal.noon) == nil)
        #expect(health.meanLatency(at: Journal.noon) == nil)
        #expect(health.lastSuccess == nil)
        #expect(health.answeredLastProbe == nil)
    }

    /// A day of failures, then a good attempt: only what is not older than a day counts.
    @Test func `availability is over the last day, not all time`() {
        var journal = Journal()
        for _ in 0..<100 { journal.attempt(.serverError) }
        journal.wait(.seconds(25 * 3_600))
        journal.attempt()
        #expect(journal.health().availability(at: journal.now) == 1)
        #expect(journal.health().attempts(at: journal.now) == (1, 0))
    }

    /// The window is the clock hour under way and the 23 before it.
    @Test(
        arguments: [
            // Recorded this many microseconds into an hour; seen so many later; counted or not.
            (0, 0, true), (0, 86_399_999_999, true), (0, 86_400_000_000, false),
            (3_599_999_999, 82_800_000_000, true), (3_599_999_999, 82_800_000_001, false),
            (1_800_000_000, 84_599_999_999, true), (1_800_000_000, 84_600_000_000, false),
        ] as [(Int64, Int64, Bool)]
    )
    func `an attempt counts until the 24th clock hour after its own begins`(
        into: Int64,
        later: Int64,
        counts: Bool
    ) {
        var journal = Journal()
        journal.wait(.microseconds(into))
        journal.attempt(.serverError)
        journal.wait(.microseconds(later))
        #expect(journal.health().errorRate(at: journal.now) == (counts ? 1 : nil))
    }

    @Test func `an hour's counts are not taken for those of the same hour a day later`() {
        var journal = Journal()
        journal.attempt(.serverError)
        journal.wait(.seconds(24 * 3_600))
        #expect(journal.health().attempts(at: journal.now) == (0, 0))
        journal.attempt()
        #expect(journal.health().attempts(at: journal.now) == (1, 0))
    }

    @Test func `an event of before 1970 is counted in its own hour`() {
        var journal = Journal()
        journal.now = Timestamp(microseconds: -5_400_000_000)
        journal.attempt(.serverError)
        #expect(journal.health().attempts(at: journal.now) == (0, 1))
        journal.now = Timestamp(microseconds: 0)
        journal.attempt()
        #expect(journal.health().attempts(at: journal.now) == (1, 1))
    }

    @Test(arguments: FailureKind.kinds(.request, .key, .model, .rate, .gateway))
    func `a failure that is not the provider's does not count against its health`(
        kind: FailureKind
    ) {
        var journal = Journal()
        journal.attempt()
        journal.attempt(kind)
        #expect(journal.health().attempts(at: journal.now) == (1, 0))
        #expect(journal.health().consecutiveFailures == 0)
    }

    @Test(arguments: FailureKind.kinds(.provider))
    func `a failure of the provider counts against its health`(kind: FailureKind) {
        var journal = Journal()
        journal.attempt(kind)
        #expect(journal.health().attempts(at: journal.now) == (0, 1))
        #expect(journal.health().recentFailures.map(\.kind) == [kind])
    }

    @Test func `the mean latency is over successes`() {
        var journal = Journal()
        journal.attempt(microseconds: 1_000)
        journal.attempt(microseconds: 4_000)
        journal.attempt(.serverError, microseconds: 1_000_000)
        #expect(journal.health().meanLatency(at: journal.now) == .microseconds(2_500))
    }

    @Test func `the last ten failures are kept, newest last`() {
        var journal = Journal()
        for second in 0..<12 {
            journal.attempt(.serverError, model: "m\(second)")
            journal.wait(.seconds(1))
        }
        #expect(journal.health().recentFailures.map(\.model) == (2..<12).map { "m\($0)" })
    }

    @Test func `providers are counted apart`() {
        var journal = Journal()
        journal.attempt(.serverError, at: "groq")
        journal.attempt(at: "claude")
        #expect(journal.health(of: "groq").availability(at: journal.now) == 0)
        #expect(journal.health(of: "claude").availability(at: journal.now) == 1)
    }

    @Test func `a probe tells whether the provider answers and is no attempt`() {
        var journal = Journal()
        var probe = HealthProbed()
        probe.provider = "groq"
        probe.failure = .connectionFailed
        probe.message = "refused"
        journal.append(.healthProbed(probe))
        #expect(journal.health().answeredLastProbe == false)
        #expect(journal.health().recentFailures.first?.message == "refused")
        probe.failure = nil
        journal.append(.healthProbed(probe))
        #expect(journal.health().answeredLastProbe == true)
        #expect(journal.health().lastSuccess == journal.now)
        #expect(journal.health().errorRate(at: journal.now) == nil)
    }
}
