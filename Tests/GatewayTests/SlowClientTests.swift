import Events
import Glibc
import Settings
import TestSupport
import Testing

@testable import ClientHTTP
@testable import Gateway
@testable import LedgerSupport

/// Clients that are too slow.
struct SlowClientTests {
    @Test func `a client that reads nothing does not hold its stream for ever`() async throws {
        let closed = Kept<Bool>()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            // More than all buffers between here and the client hold.
            let text = String(repeating: "four ", count: 20_000)
            while socket.token(text) {}
            closed.value = true
        }
        let pace = ClientPace(reading: .milliseconds(50))
        let record = try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(try await eventually { closed.value == true }, "the call was not cancelled")
            try await gateway.waitUntilIdle()
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
        let pace = ClientPace(reading: .seconds(60))
        let record = try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.read(through: "[DONE]").contains("[DONE]"))
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test(arguments: ["G", "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b"])
    func `a head that never ends is not waited for`(beginning: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let pace = ClientPace(head: .milliseconds(50))
        try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let slow = try gateway.client()
            // The first request of a connection has nothing to do with the head of the second.
            slow.get("/healthz")
            #expect(await slow.response().status == 200)
            slow.send(beginning)
            #expect(await slow.readToEnd() == "")
        }
    }

    @Test func `a connection at rest, and an answer under way, have time`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            usleep(300_000)
            socket.answer()
        }
        let pace = ClientPace(head: .milliseconds(50))
        try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat()
            // The head of the next one is begun while the answer is under way.
            client.send("GET /healthz HTTP/1.1\r\n")
            #expect(await client.response().status == 200)
            let other = try gateway.client()
            usleep(200_000)
            other.get("/healthz")
            #expect(await other.response().status == 200)
        }
    }

    @Test func `the body of the next request cuts no answer under way`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            usleep(300_000)
            socket.answer()
        }
        let pace = ClientPace(body: .milliseconds(50))
        try await withGateway(.testing(.scripted(upstream)), pace: pace) { gateway in
            let client = try gateway.client()
            client.chat()
            // It is not read on before the answer is there.
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Length: 1000\r\n\r\n{\"model\":"
            )
            #expect(await client.response().status == 200)
            #expect(await client.readToEnd() == "", "its own time is limited all the same")
        }
    }

    @Test func `a body that never ends is not waited for`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let pace = ClientPace(body: .milliseconds(50))
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
