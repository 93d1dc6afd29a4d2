import Events
import Foundation
import Testing

@testable import Reporting

@Suite("Requests")
struct RequestTests {
    static func id(_ number: UInt64) -> RequestID {
        RequestID(time: EventScript.morning + .seconds(Int64(number)), random: (0, number))
    }

    /// Four requests: answered, failed over, refused and running.
    static func four() -> EventScript {
        var course = EventScript()
        course.receive(id(1), model: "llama") { $0.task = "documentation" }
        course.start(id(1))
        course.finish(id(1), cost: Nanodollars(5)) {
            $0.usage = TokenUsage(input: 10, output: 4)
        }
        course.complete(id(1), cost: Nanodollars(5))
        course.now = course.now + .seconds(60)
        course.receive(id(2)) { $0.tags = ["team=a"] }
        course.start(id(2))
        course.finish(id(2), failing: .serverError, cost: nil)
        course.start(id(2), 2, at: "ollama", model: "qwen3:8b")
        course.finish(id(2), 2, at: "ollama", model: "qwen3:8b")
        course.complete(id(2), cost: nil)
        course.now = course.now + .seconds(60)
        course.receive(id(3), model: "nosuch")
        course.complete(id(3), .refused, status: 404)
        course.receive(id(4))
        course.start(id(4))
        course.judge(500_000, id(1))
        course.judge(1_000_000, id(1))
        return course
    }

    @Test func `a record holds the request's events with their places, and no others`() {
        let record = Self.four().record(Self.id(2))
        #expect(record.received?.sequence == 5)
        #expect(record.started.map(\.sequence) == [6, 8])
        #expect(record.started.map(\.content.provider) == ["groq", "ollama"])
        #expect(record.finished.map(\.sequence) == [7, 9])
        #expect(record.completed?.sequence == 10)
        #expect(record.received?.time == EventScript.morning + .seconds(60))
        #expect(record.feedback.isEmpty)
        #expect(!record.isEmpty)
        #expect(Self.four().record(Self.id(99)).isEmpty)
    }

    @Test func `a score is replaced by a later one of its judge in the same month`() {
        var course = Self.four()
        #expect([0, 1].map(course.record(Self.id(1)).isReplaced) == [true, false])
        course.now = course.now + .seconds(31 * 86_400)
        course.judge(0, Self.id(1))
        #expect([0, 1, 2].map(course.record(Self.id(1)).isReplaced) == [true, false, false])
    }

    @Test func `a record's JSON holds each event in its place`() throws {
        let text = Self.four().record(Self.id(2)).json
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let record = try #require(object as? [String: Any])
        #expect(record["request"] as? String == Self.id(2).description)
        let received = try #require(record["received"] as? [String: Any])
        #expect(received["sequence"] as? Int == 5)
        #expect((record["attempts_started"] as? [Any])?.count == 2)
        #expect((record["attempts_finished"] as? [Any])?.count == 2)
        #expect(record["completed"] != nil)
        #expect(record["decided"] == nil)
        #expect((record["feedback"] as? [Any])?.isEmpty == true)
    }

    static func filter(_ change: (inout RequestFilter) -> Void) -> RequestFilter {
        var filter = RequestFilter()
        change(&filter)
        return filter
    }

    static let minute = EventScript.morning + .seconds(60)

    @Test(arguments: [
        ([4, 3, 2, 1], RequestFilter()),
        ([4, 2, 1], filter { $0.provider = "groq" }),
        ([2], filter { $0.provider = "ollama" }),
        ([], filter { $0.provider = "nobody" }),
        // Asked for, or tried.
        ([4, 2, 1], filter { $0.model = "llama" }),
        ([3], filter { $0.model = "nosuch" }),
        ([2], filter { $0.model = "qwen3:8b" }),
        ([1], filter { $0.task = "documentation" }),
        ([2], filter { $0.tag = "team=a" }),
        ([], filter { $0.tag = "team" }),
        ([3], filter { $0.outcome = .refused }),
        ([1], filter { $0.minimumCost = Nanodollars(5) }),
        ([], filter { $0.minimumCost = Nanodollars(6) }),
        ([2], filter { $0.failedOver = true }),
        ([4, 3, 2], filter { $0.since = minute }),
        ([1], filter { $0.until = minute }),
        (
            [2],
            filter {
                $0.since = minute
                $0.until = minute + .seconds(1)
            }
        ),
        (
            [1],
            filter {
                $0.outcome = .answered
                $0.model = "llama"
                $0.task = "documentation"
            }
        ),
    ])
    func `a filter lets through what it names, newest first`(
        numbers: [UInt64],
        filter: RequestFilter
    ) {
        let found = Self.four().list().newest(10, filter).map(\.id)
        #expect(found == numbers.map(Self.id))
    }

    @Test func `a task is looked up as given, or else as inferred`() {
        var course = EventScript()
        for number in [UInt64(1), 2] {
            course.receive(Self.id(number)) { $0.task = number == 1 ? "documentation" : nil }
            course.decide(Self.id(number), among: []) { $0.classification.task = .simpleQuery }
        }
        func found(_ task: String) -> [RequestID] {
            course.list().newest(10, Self.filter { $0.task = task }).map(\.id)
        }
        #expect(found("documentation") == [Self.id(1)])
        #expect(found("simple-query") == [Self.id(2)])
    }

    @Test func `a list gives no more than asked for, and leaves out what began before it`() {
        var list = RequestList()
        let events = Self.four().events
        for (index, event) in events.enumerated().dropFirst(1) {
            list.apply(event, sequence: UInt64(index + 1))
        }
        #expect(list.newest(2, RequestFilter()).map(\.id) == [Self.id(4), Self.id(3)])
        #expect(list.newest(9, RequestFilter()).map(\.id) == [4, 3, 2].map(Self.id))
        #expect(list.newest(0, RequestFilter()).isEmpty)
    }

    @Test func `the table shows a request on a line`() throws {
        let records = Self.four().list().newest(10, RequestFilter())
        let lines = RequestList.table(records.map(RequestLine.init)).split(separator: "\n").map(
            String.init
        )
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("time"))
        #expect(lines[0].contains("asked for  last asked"))
        let cells = lines.dropFirst().map { line in
            line.split(separator: " ").dropFirst(2).joined(separator: " ")
        }
        #expect(
            cells == [
                "auto groq:llama running 1 – – –", "nosuch – refused 0 – $0 2.0 ms",
                "auto ollama:qwen3:8b answered 2 – unknown 2.0 ms",
                "llama groq:llama answered 1 10+4 $0.000000005 2.0 ms",
            ]
        )
    }
}
