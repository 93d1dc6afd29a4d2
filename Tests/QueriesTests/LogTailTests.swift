import EventLog
import Events
import Testing
import WriteAheadLog

@testable import Queries
@testable import RoutingSupport

@Suite("The end of a log")
struct LogTailTests {
    static let events = GatewayHistory(seed: 13, steps: 200).events

    /// Sequence numbers of the history's events that match.
    static func places(where matches: (Event) -> Bool = { _ in true }) -> [UInt64] {
        events.indices.filter { matches(events[$0]) }.map { UInt64($0 + 1) }
    }

    @Test func `the last events are shown, of those that match`() throws {
        let log = try HistoryLog(Self.events)
        let type = try #require(EventTypeName("AttemptFinished"))
        let request = try #require(log.events[log.events.count / 3].body.request)
        let all = Self.places()
        let ofType = Self.places { $0.body.name == type.name }
        let ofRequest = Self.places { $0.body.request == request }
        let ofBoth = Self.places { $0.body.request == request && $0.body.name == type.name }
        #expect(ofType.count > 20 && ofRequest.count > 1)
        for count in [0, 1, 5, 100_000, .max] {
            func places(_ type: EventTypeName?, _ request: RequestID?) throws -> [UInt64] {
                var tail = try LogTail(log.path, type: type, request: request)
                let end = try tail.last(count)
                #expect(end.damage == nil)
                let events = end.lines.map { log.events[Int($0.sequence) - 1] }
                #expect(end.lines.map(\.event) == events)
                return end.lines.map(\.sequence)
            }
            #expect(try places(nil, nil) == all.suffix(count))
            #expect(try places(type, nil) == ofType.suffix(count))
            #expect(try places(nil, request) == ofRequest.suffix(count))
            #expect(try places(type, request) == ofBoth.suffix(count))
        }
    }

    @Test func `what comes later is shown once`() throws {
        let events = Self.events
        let half = events.count / 2
        let log = try HistoryLog(Array(events[..<half]))
        let type = try #require(EventTypeName("RequestReceived"))
        var tail = try LogTail(log.path)
        var typed = try LogTail(log.path, type: type)
        #expect(try tail.last(1).lines.map(\.sequence) == [UInt64(half)])
        _ = try typed.last(0)
        var later: [UInt64] = []
        var received: [UInt64] = []
        for chunk in [events[half..<half + 10], events[(half + 10)...]] {
            let writer = try EventLog(log.path)
            try writer.append(Array(chunk))
            try writer.close()
            try tail.more { _, sequence in later.append(sequence) }
            try typed.more { _, sequence in received.append(sequence) }
        }
        try tail.more { _, sequence in later.append(sequence) }
        #expect(later == Self.places().filter { $0 > half })
        #expect(
            received == Self.places { $0.body.name == type.name }.filter { $0 > half }
        )
    }

    @Test func `before damage what there is is shown, with the damage`() throws {
        let log = try HistoryLog(Self.events, frameSize: 10)
        let damaged = try log.damage()
        var tail = try LogTail(log.path)
        let end = try tail.last(10_000)
        #expect(end.damage is LogError)
        #expect(end.lines.map(\.sequence) == Array(1..<damaged.lowerBound))
    }

    @Test func `a request among what was retired is looked for in what is kept`() throws {
        let log = try HistoryLog.retired()
        var tail = try LogTail(
            log.path,
            request: log.events.first { $0.body.request != nil }?.body.request
        )
        #expect(try tail.last(5).lines.isEmpty)
    }

    @Test func `every type of this build has a name that can be asked for`() throws {
        var names: [String] = []
        for code in 1...200 as ClosedRange<UInt64> {
            var bytes: [UInt8] = []
            Event(.unknown(code: code, fields: []), at: Timestamp(microseconds: 0))
                .encode(into: &bytes)
            let body = try Event(decoding: bytes).body
            if case .unknown = body { continue }
            names.append(body.name)
        }
        #expect(Set(names) == Set(EventTypeName.known))
        #expect(names.count == EventTypeName.known.count)
    }

    @Test func `types of later builds are asked for by their code`() {
        #expect(EventTypeName("Unknown99")?.name == "Unknown99")
        for name in ["Unknown", "Unknown-1", "Unknownx", "99", "routeDecided", "", "Nobody"] {
            #expect(EventTypeName(name) == nil, "\(name)")
        }
    }

    @Test(arguments: [0, 1, 3, 1_023, 1_024, 1_025, 5_000, Int.max])
    func `the last items are kept, in their order`(limit: Int) {
        var last = LastItems<Int>(limit)
        for item in 0..<7_000 {
            last.append(item)
            if item % 997 == 0 { #expect(Array(last.items) == Array((0...item).suffix(limit))) }
        }
        #expect(Array(last.items) == Array((0..<7_000).suffix(limit)))
    }
}
