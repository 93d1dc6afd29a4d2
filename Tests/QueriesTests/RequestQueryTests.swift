import EventLog
import Events
import Foundation
import Reporting
import Testing
import WriteAheadLog

@testable import Queries
@testable import RoutingSupport

@Suite("Asking for requests and costs")
struct RequestQueryTests {
    static let events = GatewayHistory(seed: 11, steps: 400).events

    static func filters(_ log: HistoryLog) -> [RequestFilter] {
        func filter(_ change: (inout RequestFilter) -> Void) -> RequestFilter {
            var filter = RequestFilter()
            change(&filter)
            return filter
        }
        return [
            RequestFilter(), filter { $0.failedOver = true }, filter { $0.provider = "groq" },
            filter { $0.outcome = .answered }, filter { $0.since = log.middle },
            filter { $0.until = log.middle }, filter { $0.model = "nobody" },
        ]
    }

    @Test func `the newest that match are listed, whether tables can be had or not`() throws {
        let log = try HistoryLog(Self.events)
        let plain = try HistoryLog(Self.events)
        // Where the tables would be there is a folder.
        try FileManager.default.createDirectory(
            atPath: plain.path + "/read.db",
            withIntermediateDirectories: false
        )
        let (notices, complaints) = (Notices(), Notices())
        let asked = LogQueries(log.path, notice: notices.add)
        let folded = LogQueries(plain.path, notice: complaints.add)
        for filter in Self.filters(log) {
            for limit in [1, 7, 10_000] {
                let expected = log.list().newest(limit, filter)
                #expect(try asked.requests(limit, filter) == expected.map(RequestLine.init))
                #expect(try folded.requests(limit, filter) == expected.map(RequestLine.init))
                #expect(try asked.records(limit, filter).map(\.json) == expected.map(\.json))
                #expect(try folded.records(limit, filter).map(\.json) == expected.map(\.json))
            }
        }
        #expect(log.list().newest(10_000, RequestFilter()).count > 50)
        #expect(notices.all.isEmpty)
        #expect(
            complaints.all.first?.hasPrefix("reading the log instead, which takes longer: ")
                == true
        )
        #expect(FileManager.default.fileExists(atPath: log.path + "/read.db"))
    }

    @Test func `requests are listed as they stood at an instant`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        for filter in Self.filters(log) {
            let expected = log.list(at: log.middle).newest(50, filter)
            let lines = try queries.requests(50, filter, at: log.middle)
            let since = filter.since
            // Of requests before the filter's time nothing is folded, their feedback neither.
            #expect(since != nil || lines == expected.map(RequestLine.init))
            #expect(lines.map(\.id) == expected.map(\.id))
        }
        let long = CivilDate(year: 2020, month: 1, day: 1).start
        #expect(try queries.requests(5, at: long).isEmpty)
        // The tables know of now only.
        #expect(!FileManager.default.fileExists(atPath: log.path + "/read.db"))
    }

    @Test func `everything about one request is what its events say`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let all = log.list().newest(10_000, RequestFilter())
        for record in [all[0], all[all.count / 2], all[all.count - 1]] {
            let found = try #require(try queries.request(record.id))
            #expect(found.record.json == record.json)
            #expect(found.damage == nil)
        }
        #expect(try queries.newestRequest()?.record.json == all[0].json)
        let nobody = RequestID(time: log.middle, random: (1, 2))
        #expect(try queries.request(nobody)?.record == nil)
        let empty = try HistoryLog([Event(.nodeStarted(NodeStarted()), at: log.middle)])
        #expect(try LogQueries(empty.path).newestRequest()?.record == nil)
        #expect(try LogQueries(empty.path).requests(5).isEmpty)
    }

    @Test func `a request before damage is told, with the damage`() throws {
        let log = try HistoryLog(Self.events, frameSize: 10)
        let damaged = try log.damage()
        let queries = LogQueries(log.path)
        let all = log.list().newest(10_000, RequestFilter())
        let found = try #require(try queries.request(all[all.count - 1].id))
        #expect(!found.record.isEmpty)
        #expect(found.damage is LogError)
        // Of one that begins in the damage there is nothing to tell.
        let lost = try #require(log.firstRequest(in: damaged))
        #expect(throws: LogError.self) { try queries.request(lost) }
    }

    @Test func `the texts of a request are those that were kept of it`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let records = log.list().newest(2, RequestFilter())
        #expect(try queries.texts(of: records[0]).isEmpty)
        let bodies = try BodyLog(in: log.path)
        let text = CapturedBody(of: records[0].id, .request, bytes: Array("hello".utf8))
        let other = CapturedBody(of: records[1].id, .request, bytes: Array("other".utf8))
        let time = try #require(records[0].received?.time)
        try bodies.append(text, at: time)
        try bodies.append(other, at: time)
        try bodies.close()
        #expect(try queries.texts(of: records[0]) == [text])
    }

    @Test func `a month's report is that of its events, now and at an instant`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let month = CalendarMonth(log.middle.date)
        for month in [month, month.next, month.earlier(by: 1)] {
            let report = log.report(month)
            #expect(try queries.costs(of: month).json == report.json)
            let then = log.report(month, at: log.middle)
            #expect(try queries.costs(of: month, at: log.middle).json == then.json)
        }
        #expect(try queries.costs(of: month).total.cost > .zero)
        #expect(log.report(month, at: log.middle).json != log.report(month).json)
    }

    @Test func `what was retired can't be asked for, and the answer says from when on`() throws {
        let log = try HistoryLog.retired()
        let queries = LogQueries(log.path)
        var reader = try EventReader(log.path)
        let first = try reader.firstSequence()
        #expect(first > 1)
        let since = log.events[Int(first) - 1].time
        func isRefused(_ what: String, _ ask: () throws -> Void) {
            let error = #expect(throws: QueryError.self) { try ask() }
            #expect(
                error?.description
                    == "\(what) was retired: the log is kept from event \(first), \(since), on "
                    + "(`log.retention`); ask for that time or a later one"
            )
        }
        let start = log.events[0].time
        let lost = log.list().newest(10_000, RequestFilter()).last
        let id = try #require(lost?.id)
        isRefused("request \(id)") { _ = try queries.request(id) }
        isRefused("the report of 2026-11") {
            _ = try queries.costs(of: CalendarMonth(start.date))
        }
        var filter = RequestFilter()
        filter.since = start
        isRefused("what happened at \(start)") { _ = try queries.requests(5, filter) }
        isRefused("what happened at \(start)") { _ = try queries.records(5, filter) }
        isRefused("what happened before that time") { _ = try queries.requests(5, at: start) }
        // What is kept is told.
        let newest = log.list().newest(3, RequestFilter())
        #expect(try queries.requests(3) == newest.map(RequestLine.init))
        #expect(try queries.request(newest[0].id)?.record.json == newest[0].json)
    }

    @Test func `a month that was closed is told after its events were retired`() throws {
        let history = GatewayHistory(seed: 5, steps: 2_000)
        let end = try #require(history.events.last).time
        let month = CalendarMonth(end.date)
        var report = CostReport(year: month.year, month: month.month)
        for event in history.events { report.apply(event) }
        let closed = report.closing(at: UInt64(history.events.count))
        let log = try HistoryLog(
            HistoryLog.withoutCarriedStates(history)
                + [Event(.monthClosed(closed), at: month.next.start)]
        ) { try $0.retire(throughSegment: 2) }
        let queries = LogQueries(log.path)
        #expect(try queries.costs(of: month).json == report.json)
        let later = month.next.start + .seconds(1)
        #expect(try queries.costs(of: month, at: later).json == report.json)
    }

    @Test func `where there is no log every question says so`() throws {
        let folder = try WorkFolder()
        let queries = LogQueries(folder.path + "/none")
        let month = CalendarMonth(year: 2026, month: 11)
        let questions: [() throws -> Void] = [
            { _ = try queries.requests(1) }, { _ = try queries.costs(of: month) },
            { _ = try queries.state() }, { _ = try queries.check() },
            { _ = try queries.verify() }, { _ = try queries.contents() },
            { _ = try queries.checkpoint() }, { _ = try LogTail(queries.directory) },
        ]
        for question in questions {
            let error = #expect(throws: LogError.self) { try question() }
            guard case .notALog = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }
}
