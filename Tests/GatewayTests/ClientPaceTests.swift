import Events
import Settings
import Testing

@testable import Gateway

/// Clients that are too slow.
struct ClientPaceTests {
    @Test func `a client that reads nothing does not hold its stream for ever`() async throws {
        let closed = Kept<Bool>()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            // More than all buffers between here and the client hold.
            let text = String(repeating: "four ", count: 20_000)
            while socket.token(text) {}
            closed.value = true
        }
        let pace = ClientPaceHandler.Limits(reading: .milliseconds(50))
        let record = try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(try await eventually { closed.value == true }, "the call was not cancelled")
            try await gateway.settle()
            client.close()
        }
        #expect(record.completed.map(\.outcome) == [.cancelled])
        #expect(record.finished.map(\.failure) == [.clientGone])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
    }

    @Test func `a client that reads late but reads gets its whole stream`() async throws {
        let text = String(repeating: "four ", count: 20_000)
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            for _ in 0..<10 { socket.token(text) }
            socket.finishAnswer()
            socket.endStream()
        }
        let pace = ClientPaceHandler.Limits(reading: .seconds(60))
        let record = try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.read(through: "[DONE]").contains("[DONE]"))
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test func `a body that never ends is not waited for`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let pace = ClientPaceHandler.Limits(body: .milliseconds(50))
        let record = try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"model\":"
            )
            #expect(await client.readToEnd() == "", "nothing is sent to who is closed")
            let other = try gateway.client()
            other.chat()
            #expect(await other.response().status == 200)
        }
        // Which of them is recorded first is up to the gateway.
        #expect(record.completed.map(\.outcome.name).sorted() == ["answered", "cancelled"])
    }
}
