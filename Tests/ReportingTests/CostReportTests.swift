import Events
import Foundation
import Testing

@testable import Reporting

@Suite("Cost report")
struct CostReportTests {
    /// The fields of the JSON that the tests look at.
    struct Document: Decodable {
        struct Sum: Decodable {
            var name: String
            var requests: Int
            var attempts: Int
            var cost_nanodollars: Int64
            var cost_usd: String
            var estimated_nanodollars: Int64
            var attempts_of_unknown_cost: Int
            var input_tokens: Int
            var cached_input_tokens: Int
            var output_tokens: Int
            var mean_score: Double?
            var scores: Int
        }
        var month: String
        var total: Sum
        var requests: [String: Int]
        var answered_locally: Int
        var answered_hosted: Int
        var by_provider: [Sum]
        var by_model: [Sum]
        var by_task: [Sum]
        var by_tag: [Sum]

        init(_ report: CostReport) throws {
            self = try JSONDecoder().decode(Document.self, from: Data(report.json.utf8))
        }
    }

    @Test(arguments: ["x", "é", "漢", "👩‍👩‍👧", "a漢"])
    func `a long name is bounded once, and stays as it is`(part: String) {
        for count in [300, 339, 340, 341, 1_023, 1_024, 1_025, 3_000] {
            let name = String(repeating: part, count: count)
            let bounded = ReportName.bounded(name)
            #expect(bounded.utf8.count <= ReportName.limit)
            #expect(ReportName.bounded(bounded) == bounded)
            #expect((bounded == name) == (name.utf8.count <= ReportName.limit))
            #expect(!bounded.contains("\u{FFFD}"))
            #expect(bounded == name || ReportName.bounded(name + "!") != bounded)
        }
    }

    static func id(_ number: UInt64) -> RequestID {
        RequestID(time: EventScript.morning, random: (0, number))
    }

    /// A request with a failover: both attempts are charged for.
    static func failover() -> EventScript {
        var course = EventScript()
        course.applyPolicy()
        course.receive {
            $0.task = "code-review"
            $0.tags = ["team=a", "app=x", "team=a"]
        }
        course.start(at: "groq")
        course.finish(at: "groq", failing: .serverError, cost: Nanodollars(2_000_000))
        course.start(EventScript.request, 2, at: "ollama")
        course.finish(EventScript.request, 2, at: "ollama", cost: Nanodollars(10_500_000)) {
            $0.costOrigin = .estimated
            $0.usage = TokenUsage(input: 1_000, output: 500, cachedInput: 200)
        }
        course.complete { $0.provider = "ollama" }
        course.judge(750_000)
        return course
    }

    /// The policy of that time may be among the events that were abandoned.
    @Test func `what a request says of its provider needs no policy`() {
        var course = EventScript()
        for (number, isLocal) in [true, false, nil].enumerated() {
            let id = RequestID(time: course.now, random: (0, UInt64(number)))
            course.receive(id)
            course.complete(id, .answered) {
                $0.provider = "somebody"
                $0.isLocal = isLocal
            }
        }
        let date = course.now.date
        var report = CostReport(year: date.year, month: date.month)
        for event in course.events { report.apply(event) }
        #expect(report.ended.local == 1)
        #expect(report.ended.hosted == 2)
    }

    @Test func `a failover counts in both providers and once in the total`() {
        let report = Self.failover().report()
        #expect(report.total.requests == 1)
        #expect(report.total.attempts == 2)
        #expect(report.total.cost == Nanodollars(12_500_000))
        #expect(report.total.estimated == Nanodollars(10_500_000))
        #expect(report.total.inputTokens == 1_200)
        #expect(report.total.cachedTokens == 200)
        #expect(report.total.outputTokens == 500)
        #expect(report.byProvider.mapValues(\.requests) == ["groq": 1, "ollama": 1])
        #expect(report.byModel["groq:llama"]?.cost == Nanodollars(2_000_000))
        #expect(report.byTask.mapValues(\.attempts) == ["code-review": 2])
        #expect(report.byTag.mapValues(\.attempts) == ["app=x": 2, "team=a": 2])
        #expect(report.ended.outcomes == [.answered: 1])
        #expect(report.ended.local == 1)
        #expect(report.ended.hosted == 0)
    }

    @Test func `a score counts for who was asked last, for the task and for the tags`() {
        let report = Self.failover().report()
        #expect(report.total.meanScore == 0.75)
        #expect(report.byProvider["ollama"]?.meanScore == 0.75)
        #expect(report.byProvider["groq"]?.meanScore == nil)
        #expect(report.byModel["ollama:llama"]?.meanScore == 0.75)
        #expect(report.byTask["code-review"]?.meanScore == 0.75)
        #expect(report.byTag["app=x"]?.meanScore == 0.75)
    }

    @Test func `an answer that was cut is judged as well`() {
        var course = EventScript()
        course.receive()
        course.start()
        course.finish(failing: .cut)
        course.complete(EventScript.request, .cut)
        course.judge(0)
        // The same judge again: the last word counts.
        course.judge(500_000)
        let report = course.report()
        #expect(report.byProvider["groq"]?.meanScore == 0.5)
        #expect(report.byTask["none"]?.scoreCount == 1)
    }

    @Test func `a task that the client did not give is the one that was inferred`() {
        var course = EventScript()
        course.receive()
        course.decide(among: [("groq", "llama")]) { $0.classification.task = .simpleQuery }
        course.start()
        course.finish(cost: Nanodollars(5))
        course.complete()
        course.judge(500_000)
        let given = RequestID(time: EventScript.morning, random: (0, 8))
        course.receive(given) { $0.task = "code-review" }
        course.decide(given, among: [("groq", "llama")]) { $0.classification.task = .analysis }
        course.finish(given, cost: Nanodollars(7))
        let report = course.report()
        #expect(report.byTask.mapValues(\.cost.count) == ["simple-query": 5, "code-review": 7])
        #expect(report.byTask["simple-query"]?.meanScore == 0.5)
    }

    @Test func `an attempt counts in the month that it ended in`() {
        let december = CivilDate(year: 2026, month: 12, day: 1).start
        var course = EventScript()
        course.now = december + .microseconds(-2)
        course.receive { $0.task = "documentation" }
        course.start()
        course.now = december + .microseconds(-1)
        course.finish(failing: .serverError, cost: Nanodollars(1))
        course.start(EventScript.request, 2)
        course.now = december
        course.finish(EventScript.request, 2, cost: Nanodollars(20))
        course.complete()
        course.judge(1_000_000)
        let november = course.report(2026, 11)
        #expect(november.total.cost == Nanodollars(1))
        #expect(november.ended.outcomes.isEmpty)
        #expect(november.total.scoreCount == 0)
        let next = course.report(2026, 12)
        #expect(next.total.cost == Nanodollars(20))
        #expect(next.total.requests == 1)
        #expect(next.byTask["documentation"]?.cost == Nanodollars(20))
        #expect(next.byTask["documentation"]?.scoreCount == 1)
        #expect(next.ended.outcomes == [.answered: 1])
        #expect(course.report(2025, 12).total == AttemptSums())
        #expect(course.report(2027, 1).total == AttemptSums())
    }

    @Test func `a score for a request of an earlier month counts in the total alone`() {
        var course = Self.failover()
        course.now = CivilDate(year: 2026, month: 12, day: 5).start
        course.judge(1_000_000)
        let report = course.report(2026, 12)
        #expect(report.total.scoreCount == 1)
        #expect(report.byProvider.isEmpty)
        #expect(report.byTask.isEmpty)
    }

    @Test(
        arguments: [
            (2026, 11, "2026-10-31T23:59:59.999999Z", false),
            (2026, 11, "2026-11-01T00:00:00.000000Z", true),
            (2026, 11, "2026-11-30T23:59:59.999999Z", true),
            (2026, 11, "2026-12-01T00:00:00.000000Z", false),
            (2028, 2, "2028-02-29T12:00:00.000000Z", true),
            (2026, 12, "2026-12-31T23:59:59.999999Z", true),
            (2026, 12, "2027-01-01T00:00:00.000000Z", false),
            (2026, 11, "2025-11-15T00:00:00.000000Z", false),
        ] as [(Int, Int, String, Bool)]
    )
    func `a month runs from its first microsecond to its last, in UTC`(
        year: Int,
        month: Int,
        text: String,
        isCovered: Bool
    ) throws {
        let parts = text.split { !$0.isNumber }.compactMap { Int64($0) }
        let date = CivilDate(year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
        let seconds = parts[3] * 3_600 + parts[4] * 60 + parts[5]
        let time = date.start + .seconds(seconds) + .microseconds(parts[6])
        #expect("\(time)" == text)
        #expect(CostReport(year: year, month: month).covers(time) == isCovered)
    }

    @Test func `an unknown cost is counted apart and shown`() {
        var course = EventScript()
        course.receive()
        course.start()
        course.finish(cost: nil)
        course.complete(cost: nil)
        let report = course.report()
        #expect(report.total.cost == .zero)
        #expect(report.total.unknownCosts == 1)
        #expect(report.text.contains("plus 1 attempt of unknown cost"))
        #expect(report.text.contains("+ 1 unknown"))
    }

    @Test func `requests without an attempt are in the outcomes only`() {
        var course = EventScript()
        course.receive()
        course.complete(EventScript.request, .refused, status: 404)
        let report = course.report()
        #expect(report.ended.outcomes == [.refused: 1])
        #expect(report.total == AttemptSums())
        #expect(report.text.contains("requests   1 (1 refused)"))
    }

    @Test func `an empty month is a report too`() throws {
        let report = EventScript().report(2026, 3)
        #expect(report.text.hasPrefix("Cost report for 2026-03 (UTC)\n"))
        #expect(report.text.contains("cost       $0\n"))
        #expect(report.text.contains("requests   0\n"))
        let document = try Document(report)
        #expect(document.month == "2026-03")
        #expect(document.total.cost_nanodollars == 0)
        #expect(document.by_provider.isEmpty)
    }

    @Test func `the JSON has the numbers of the report`() throws {
        let report = Self.failover().report()
        let document = try Document(report)
        #expect(document.month == "2026-11")
        #expect(document.total.cost_nanodollars == 12_500_000)
        #expect(document.total.cost_usd == "0.0125")
        #expect(document.total.estimated_nanodollars == 10_500_000)
        #expect(document.total.cached_input_tokens == 200)
        #expect(document.total.mean_score == 0.75)
        #expect(document.requests == ["answered": 1])
        #expect(document.answered_locally == 1)
        #expect(document.answered_hosted == 0)
        #expect(document.by_provider.map(\.name) == ["ollama", "groq"])
        #expect(document.by_tag.map(\.name) == ["app=x", "team=a"])
    }

    @Test func `the text is for people and has every sum`() {
        let text = Self.failover().report().text
        let expected = """
            Cost report for 2026-11 (UTC)

              cost       $0.0125, of it $0.0105 estimated
              requests   1 (1 answered)
              answered   1 local, 0 hosted
              mean       $0.0125 a request that was tried
              tokens     1200 in (200 cached), 500 out
              quality    0.75 over 1 score

            By provider
              provider  tried  attempts  tokens in  tokens out  quality     cost
              ollama        1         1       1200         500     0.75  $0.0105
              groq          1         1          0           0        –   $0.002

            By model
              model         tried  attempts  tokens in  tokens out  quality     cost
              ollama:llama      1         1       1200         500     0.75  $0.0105
              groq:llama        1         1          0           0        –   $0.002

            By task
              task         tried  attempts  tokens in  tokens out  quality     cost
              code-review      1         2       1200         500     0.75  $0.0125

            By tag
              tag     tried  attempts  tokens in  tokens out  quality     cost
              app=x       1         2       1200         500     0.75  $0.0125
              team=a      1         2       1200         500     0.75  $0.0125

            """
        #expect(text == expected)
    }

    @Test func `sums that no integer holds stay at the greatest one`() throws {
        var course = EventScript()
        for number in 1...2 as ClosedRange<UInt64> {
            let id = Self.id(number)
            course.receive(id)
            course.finish(id, cost: Nanodollars(.max)) {
                $0.usage = TokenUsage(input: .max, output: .max, cachedInput: .max)
                $0.costOrigin = .estimated
            }
            course.judge(.max, id)
        }
        let report = course.report()
        #expect(report.total.cost == Nanodollars(.max))
        #expect(report.total.inputTokens == .max)
        #expect(try Document(report).total.cost_nanodollars == .max)
        #expect(!report.text.isEmpty)
    }
}
