import Events
import TestSupport
import Testing

@testable import RouterState

@Suite("Statistics of models")
struct ModelStatisticsTests {
    static let llama = ModelReference(provider: "groq", model: "llama")

    func record(_ journal: Journal) throws -> ModelRecord {
        try #require(journal.state.statistics.of(Self.llama))
    }

    @Test func `7 successes and 3 failures are a rate of 0.7`() throws {
        var journal = Journal()
        for index in 0..<10 { journal.attempt(index < 3 ? .serverError : nil) }
        #expect(try record(journal).attempts == 10)
        #expect(try record(journal).successRate == 700_000)
    }

    @Test(arguments: FailureKind.allCases)
    func `only the provider's own failures count`(kind: FailureKind) {
        var journal = Journal()
        journal.attempt(kind)
        #expect((journal.state.statistics.of(Self.llama) != nil) == (kind.fault == .provider))
    }

    @Test func `a percentile is at most a quarter above the true one`() throws {
        var draws = SeededRandom(seed: SeededRandom.seed())
        for _ in 0..<50 {
            var histogram = LatencyHistogram()
            let values = (0..<draws.int(1...200)).map { _ in
                draws.int(4_096...draws.one(of: [10_000, 1_000_000, 60_000_000]))
            }.sorted()
            for value in values { histogram.add(value) }
            for percent in [1, 50, 90, 99, 100] {
                let place = max(1, (values.count * percent + 99) / 100) - 1
                let found = try #require(histogram.percentile(percent))
                #expect(found > values[place])
                #expect(found * 4 <= values[place] * 5 + 4_096)
            }
        }
    }

    @Test func `the buckets follow each other without a gap`() {
        for bucket in 0..<LatencyHistogram.bucketCount {
            let end = LatencyHistogram.end(of: bucket)
            #expect(LatencyHistogram.bucket(of: end - 1) == bucket)
            let next = min(bucket + 1, LatencyHistogram.bucketCount - 1)
            #expect(LatencyHistogram.bucket(of: end) == next)
        }
        #expect(LatencyHistogram.bucket(of: .min) == 0)
        #expect(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
    }

    @Test func `what was seen counts half after a half-life, and nothing after many`() throws {
        var journal = Journal()
        for _ in 0..<8 { journal.attempt(.serverError) }
        journal.wait(ModelRecord.halfLife)
        for _ in 0..<4 { journal.attempt() }
        #expect(try record(journal).attempts == 8)
        #expect(try record(journal).successRate == 500_000)
        journal.wait(.seconds(86_400 * 365))
        journal.attempt()
        #expect(try record(journal).attempts == 1)
        #expect(try record(journal).successRate == 1_000_000)
    }

    @Test func `quality is the mean of the scores at first, by kind of work too`() throws {
        var journal = Journal()
        var feedback = FeedbackReceived()
        feedback.provider = "groq"
        feedback.model = "llama"
        feedback.score = 400_000
        feedback.task = .planning
        journal.append(.feedbackReceived(feedback))
        feedback.score = 800_000
        feedback.task = nil
        journal.append(.feedbackReceived(feedback))
        let record = try record(journal)
        #expect(try #require(record.quality(for: nil)).average == 600_000)
        #expect(try #require(record.quality(for: .planning)).average == 400_000)
        #expect(try #require(record.quality(for: .planning)).scores == 1)
        #expect(try #require(record.quality(for: .codeReview)).scores == 2)
    }

    @Test func `speed is output tokens by time`() throws {
        var journal = Journal()
        let id = journal.receive()
        journal.start(id)
        journal.finish(id, usage: TokenUsage(input: 5, output: 200), microseconds: 2_000_000)
        #expect(try record(journal).tokensPerThousandSeconds == 100_000)
    }

    @Test func `so many models are kept, and the one heard of longest ago goes`() {
        var journal = Journal()
        journal.attempt(model: "first")
        journal.wait(ModelRecord.halfLife)
        for index in 0..<ModelStatistics.limit { journal.attempt(model: "m\(index)") }
        #expect(journal.state.statistics.models.count == ModelStatistics.limit)
        let first = ModelReference(provider: "groq", model: "first")
        #expect(journal.state.statistics.of(first) == nil)
    }
}
