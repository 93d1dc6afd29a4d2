import EventLog
import Events
import Settings
import TestSupport
import Testing
import WriteAheadLog

@testable import Gateway
@testable import Ledger
@testable import LedgerSupport

/// `POST /v1/feedback`, and how it finds the request that it is about.
struct FeedbackTests {
    static let time = CivilDate(year: 2026, month: 11, day: 21).start

    private func received(_ number: UInt64, at time: Timestamp) -> Event {
        var received = RequestReceived()
        received.request = Self.id(number, at: time)
        return Event(.requestReceived(received), at: time)
    }

    private static func id(_ number: UInt64, at time: Timestamp) -> RequestID {
        RequestID(time: time, random: (0, number))
    }

    /// Behind the stretch of the log where the request would be stands what can't be read.
    @Test func `the search for an id ends soon behind its time`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path)
        try log.append([received(1, at: Self.time)])
        try log.append([received(2, at: Self.time + .seconds(1))])
        let behind = Self.time + RequestLookup.reach + .seconds(2)
        try log.append([Event(.nodeStarted(NodeStarted()), at: behind)])
        try log.close()
        let writer = try LogWriter.open(directory.path)
        var batch = RecordBatch()
        batch.appendRecord([0xFF])
        try writer.append(batch, time: behind.microseconds)
        try writer.close()

        func isFound(_ number: UInt64, at time: Timestamp) throws -> Bool {
            try RequestLookup.judged(Self.id(number, at: time), in: directory.path) != nil
        }
        #expect(try isFound(1, at: Self.time))
        #expect(try isFound(2, at: Self.time + .seconds(1)))
        #expect(try !isFound(3, at: Self.time))
        #expect(try !isFound(3, at: Self.time + .seconds(-86_400)))
        #expect(try !isFound(3, at: Timestamp(microseconds: 0)))
        #expect(try !isFound(3, at: behind + .seconds(86_400)))
    }

    @Test func `a search tells of each stride of events that it read`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path)
        let count = 5 * RequestLookup.stride
        for number in 0..<UInt64(count) { try log.append([received(number, at: Self.time)]) }
        try log.close()

        // Of a request that never was, all events of its time are looked at.
        let unknown = Self.id(UInt64(count), at: Self.time)
        var told = 0
        #expect(try RequestLookup.judged(unknown, in: directory.path) { told += 1 } == nil)
        #expect(told == count / RequestLookup.stride)
    }

    @Test func `an id whose body took long to come leads to its event`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let body = RawClient.body("m", streamed: false)
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n"
            )
            // Other requests come and go before the body does.
            try await gateway.letWork(requests: 3)
            let before = gateway.ledger.now
            client.send(body)
            let id = await client.response().header("x-logway-request-id") ?? ""
            let time = try #require(RequestID(id)).time
            // An id has whole milliseconds.
            #expect(time + .milliseconds(1) > before)
            client.post(#"{"request_id":"\#(id)","score":0.5}"#, to: "/v1/feedback")
            #expect(await client.response().status == 200)
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test(arguments: [
        (#""comment":7"#, "comment"), (#""comment":{"a":"b"}"#, "comment"),
        (#""source":["me"]"#, "source"), (#""source":true"#, "source"),
        (#""comment":null,"source":null"#, nil), (#""comment":"a","source":"b""#, nil),
    ])
    func `a field of the wrong type is named`(fields: String, field: String?) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat()
            let id = await client.response().header("x-logway-request-id") ?? ""
            client.post(#"{"request_id":"\#(id)","score":1,\#(fields)}"#, to: "/v1/feedback")
            let response = await client.response()
            #expect(response.status == (field == nil ? 200 : 400))
            if let field { #expect(response.body.contains(#""param":"\#(field)""#)) }
        }
        let kept = record.events.filter { event in
            if case .feedbackReceived = event.body { true } else { false }
        }
        #expect(kept.count == (field == nil ? 1 : 0))
    }

    @Test func `feedback that is compressed is refused`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.post("\u{1F}", to: "/v1/feedback", headers: "Content-Encoding: br\r\n")
            let response = await client.response()
            #expect(response.status == 415)
            #expect(response.body.contains("'br'"))
        }
    }
}
