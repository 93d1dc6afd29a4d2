import Events
import Settings
import Testing

@testable import Gateway
@testable import LedgerSupport

/// What is no request of HTTP/1.1, and clients of HTTP/1.0.
struct MalformedRequestTests {
    @Test(arguments: [
        (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            400, "one Content-Length"
        ),
        (
            "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n", 400,
            "one Content-Length"
        ),
        ("FETCH /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, "method of HTTP"),
        ("\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}", 400, "not https://"),
        ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\na b: c\r\n\r\n", 400, "a header holds"),
        (
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: "
                + String(repeating: "x", count: 100_000) + "\r\n\r\n",
            431, "longer than 81920 bytes"
        ),
    ])
    func `what is no request is answered in words`(
        text: String,
        status: Int,
        words: String
    ) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.send(text)
            let response = await client.response()
            #expect(response.status == status)
            #expect(response.header("content-type") == "application/json")
            #expect(response.header("connection") == "close")
            #expect(response.body.contains(#"{"error":{"message":""#))
            #expect(response.body.contains(words))
            #expect(await client.readToEnd() == "", "the connection is closed")
            try await gateway.letWork(requests: 1)
        }
        #expect(record.received.isEmpty)
    }

    /// It knows no chunks (RFC 9112, section 6.1).
    @Test(arguments: ["", "Connection: keep-alive\r\n"])
    func `a stream of HTTP 1.0 ends with its connection`(headers: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let body = RawClient.body("m", streamed: true)
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.0\r\n\(headers)"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let head = await client.response(isHead: true)
            #expect(head.head.hasPrefix("HTTP/1.0 200"))
            #expect(head.header("transfer-encoding") == nil)
            #expect(head.header("content-length") == nil)
            #expect(head.header("connection") == "close")
            let stream = await client.readToEnd()
            #expect(stream.hasPrefix("data: {"))
            #expect(stream.contains("four"))
            #expect(stream.hasSuffix("data: [DONE]\n\n"))
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test func `a whole answer of HTTP 1.0 has its length and ends the connection`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let body = RawClient.body("m", streamed: false)
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.0\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let response = await client.response()
            #expect(response.head.hasPrefix("HTTP/1.0 200"))
            #expect(response.body.contains("four"))
            #expect(await client.readToEnd() == "")
        }
    }
}
