import Events
import TestSupport
import Testing

@testable import Reporting

@Suite("Cost report over random histories")
struct CostReportPropertyTests {
    /// Three months of requests that overlap, fail over, are judged and are cut off by the months'
    /// ends.
    static func history(_ draws: inout SeededRandom) -> [Event] {
        var course = EventScript()
        course.now = CivilDate(year: 2026, month: 10, day: 1).start
        course.applyPolicy()
        var open: [(id: RequestID, attempts: Int)] = []
        var ids: [RequestID] = []
        for step in 0..<150 {
            course.now = course.now + .seconds(draws.int(0...110_000))
            switch draws.int(1...10) {
            case 1...3:
                let id = RequestID(time: course.now, random: (0, UInt64(step)))
                course.receive(id) { received in
                    received.task = draws.one(of: [nil, "documentation", "code-review"])
                    received.tags = ["a=1", "b=2", "a=1"].filter { _ in draws.oneIn(2) }
                }
                course.decide(id, among: []) { decided in
                    decided.classification.task = draws.one(of: [nil, .documentation, .analysis])
                }
                open.append((id, 0))
                ids.append(id)
            case 4...8:
                guard !open.isEmpty else { continue }
                let index = draws.int(0...open.count - 1)
                finish(&open[index], &course, &draws)
                if draws.oneIn(2) { complete(open.remove(at: index).id, &course, &draws) }
            case 9:
                if !ids.isEmpty { course.judge(draws.int(0...1_000_000), draws.one(of: ids)) }
            default:
                if !open.isEmpty { complete(open.removeFirst().id, &course, &draws) }
            }
        }
        return course.events
    }

    private static func finish(
        _ open: inout (id: RequestID, attempts: Int),
        _ course: inout EventScript,
        _ draws: inout SeededRandom
    ) {
        open.attempts += 1
        let cost = draws.oneIn(4) ? nil : Nanodollars(Int64(draws.int(0...9_999_999_999)))
        let failure = draws.oneIn(3) ? draws.one(of: FailureKind.allCases) : nil
        let provider = draws.one(of: ["groq", "ollama", "claude"])
        let model = draws.one(of: ["llama", "qwen3:8b"])
        course.start(open.id, open.attempts, at: provider, model: model)
        course.finish(
            open.id,
            open.attempts,
            at: provider,
            model: model,
            failing: failure,
            cost: cost
        ) {
            $0.costOrigin = cost == nil ? .unknown : draws.one(of: [.priced, .estimated, .receipt])
            $0.usage = TokenUsage(
                input: draws.oneIn(4) ? nil : draws.int(0...9_000),
                output: draws.oneIn(4) ? nil : draws.int(0...9_000),
                cachedInput: draws.oneIn(2) ? nil : draws.int(0...900)
            )
        }
    }

    private static func complete(
        _ id: RequestID,
        _ course: inout EventScript,
        _ draws: inout SeededRandom
    ) {
        let outcome = draws.one(of: RequestOutcome.allCases)
        let provider = draws.one(of: ["groq", "ollama", nil])
        course.complete(id, outcome) { $0.provider = provider }
    }

    static func month(_ month: Int, of events: [Event]) -> CostReport {
        var report = CostReport(year: 2026, month: month)
        for event in events { report.apply(event) }
        return report
    }

    /// The sum of the lines of a section.
    static func sum(_ lines: [String: AttemptSums]) -> AttemptSums {
        lines.values.reduce(into: AttemptSums()) { sum, line in
            sum.attempts += line.attempts
            sum.cost += line.cost
            sum.estimated += line.estimated
            sum.unknownCosts += line.unknownCosts
            sum.inputTokens += line.inputTokens
            sum.cachedTokens += line.cachedTokens
            sum.outputTokens += line.outputTokens
        }
    }

    @Test func `a closed month gives the report that its events gave, through its bytes`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let events = Self.history(&draws)
            for month in 10...12 {
                let report = Self.month(month, of: events)
                let closed = report.closing(at: UInt64(events.count))
                let again = CostReport(try MonthClosed(decoding: closed.encoded))
                try #require(again.json == report.json, "run \(run) of seed \(seed)")
                try #require(again.text == report.text, "run \(run) of seed \(seed)")
                try #require(again.closing(at: closed.position) == closed)
            }
        }
    }

    @Test func `every total is that of the month's events, to the nano-dollar`() {
        let seed = SeededRandom.seed()
        for run in 0..<300 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let events = Self.history(&draws)
            for month in 10...12 {
                var judged: [String: Int] = [:]
                var expected = AttemptSums()
                var answered = 0
                var outcomes = 0
                for event in events where event.time.date.month == month {
                    switch event.body {
                    case .attemptFinished(let attempt):
                        expected.attempts += 1
                        expected.unknownCosts += attempt.cost == nil ? 1 : 0
                        expected.cost += attempt.cost ?? .zero
                        let isEstimate = attempt.costOrigin == .estimated
                        expected.estimated += isEstimate ? attempt.cost ?? .zero : .zero
                        expected.inputTokens += attempt.usage.prompt ?? 0
                        expected.cachedTokens += attempt.usage.cachedInput ?? 0
                        expected.outputTokens += attempt.usage.output ?? 0
                    case .requestCompleted(let completed):
                        outcomes += 1
                        let isAnswered = completed.outcome == .answered
                        answered += isAnswered && completed.provider != nil ? 1 : 0
                    case .feedbackReceived(let feedback):
                        // The last score of a judge on a request is the one that counts.
                        let judge = "\(feedback.request) \(feedback.source)"
                        let earlier = judged.updateValue(feedback.score, forKey: judge)
                        expected.scores += feedback.score - (earlier ?? 0)
                        expected.scoreCount += earlier == nil ? 1 : 0
                    default: break
                    }
                }
                let report = Self.month(month, of: events)
                expected.requests = report.total.requests
                #expect(report.total == expected, "run \(run) of seed \(seed), month \(month)")
                #expect(report.ended.outcomes.values.reduce(0, +) == outcomes)
                #expect(report.ended.local + report.ended.hosted == answered)
            }
        }
    }

    @Test func `the sums by provider, by model and by task each come to the total`() {
        let seed = SeededRandom.seed()
        for run in 0..<300 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let events = Self.history(&draws)
            for month in 10...12 {
                let report = Self.month(month, of: events)
                var total = report.total
                total.requests = 0
                total.scores = 0
                total.scoreCount = 0
                for lines in [report.byProvider, report.byModel, report.byTask] {
                    #expect(Self.sum(lines) == total, "run \(run) of seed \(seed), month \(month)")
                }
                let byTask = report.byTask.values.reduce(0) { $0 + $1.requests }
                #expect(byTask == report.total.requests)
                for line in report.byTag.values { #expect(line.cost <= total.cost) }
            }
        }
    }

    @Test func `the JSON and the text have the numbers of the report`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<30 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let report = Self.month(11, of: Self.history(&draws))
            let document = try CostReportTests.Document(report)
            #expect(try FoundationJSON.again(report.json, isIndented: true) == report.json)
            #expect(document.total.cost_nanodollars == report.total.cost.count)
            #expect(document.total.attempts == report.total.attempts)
            #expect(document.total.attempts_of_unknown_cost == report.total.unknownCosts)
            #expect(document.total.mean_score == report.total.meanScore)
            #expect(
                document.requests.values.reduce(0, +) == report.ended.outcomes.values.reduce(0, +)
            )
            let sections = [
                (report.byProvider, document.by_provider), (report.byModel, document.by_model),
                (report.byTask, document.by_task), (report.byTag, document.by_tag),
            ]
            let text = report.text
            #expect(text.contains("$\(report.total.cost)"))
            for (lines, sums) in sections {
                #expect(lines.count == sums.count)
                #expect(sums.map(\.cost_nanodollars) == sums.map(\.cost_nanodollars).sorted(by: >))
                for sum in sums {
                    let line = try #require(lines[sum.name])
                    #expect(sum.cost_nanodollars == line.cost.count)
                    #expect(sum.requests == line.requests)
                    #expect(sum.input_tokens == line.inputTokens)
                    #expect(sum.output_tokens == line.outputTokens)
                    #expect(sum.scores == line.scoreCount)
                    #expect(text.contains(sum.name))
                    #expect(text.contains("$\(line.cost)"))
                }
            }
        }
    }
}
