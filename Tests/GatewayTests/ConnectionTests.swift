import Events
import RouterState
import Settings
import TestSupport
import Testing

@testable import ClientHTTP
@testable import Gateway
@testable import Ledger
@testable import LedgerSupport

/// What clients do on one connection, well-behaved or not.
struct ConnectionTests {
    @Test func `a connection is known once, however many requests it carries`() async throws {
        let upstream = try ScriptedUpstream { request, socket in
            guard request.body.contains(#""stream":true"#) else { return socket.answer() }
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let clients = try (0..<3).map { _ in try gateway.client() }
            for number in 0..<60 {
                let client = clients[number % 3]
                client.chat(streamed: number % 2 == 0)
                #expect(await client.response().status == 200)
                #expect(gateway.gateway.watches.count <= 3)
            }
            #expect(gateway.gateway.watches.count == 3)
            for client in clients { client.close() }
            #expect(try await eventually { gateway.gateway.watches.count == 0 })
        }
    }

    @Test func `pipelined requests are answered in order`() async throws {
        let upstream = try ScriptedUpstream { request, socket in
            socket.answer(request.body.contains("first") ? "one" : "two")
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(text: "first")
            client.chat(text: "second")
            client.get("/healthz")
            #expect(await client.response().body.contains("one"))
            #expect(await client.response().body.contains("two"))
            #expect(await client.response().status == 200)
        }
        #expect(record.completed.map(\.outcome) == [.answered, .answered])
    }

    @Test(arguments: ["/healthz", "/readyz", "/v1/models", "/nothing"])
    func `the answer to HEAD has no body`(path: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.send("HEAD \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let head = await client.response(isHead: true)
            #expect(head.status == (path == "/nothing" ? 404 : 200))
            #expect(head.header("content-length") != "0")
            client.get("/healthz")
            let next = await client.response()
            #expect(next.head.hasPrefix("HTTP/1.1 200"), "the connection is still in step")
            #expect(next.body == #"{"status":"ok"}"#)
        }
    }

    @Test func `a client of HTTP 1.0 gets its answer`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let body = RawClient.body("m", streamed: false)
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions?beta=true HTTP/1.0\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let response = await client.response()
            #expect(response.status == 200)
            #expect(response.body.contains("four"))
        }
    }

    @Test func `a client that expects 100 is answered`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let body = RawClient.body("m", streamed: false)
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            #expect(await client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
            client.send(body)
            #expect(await client.response().status == 200)
        }
    }

    @Test func `chunks over the limit are refused and recorded`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) { $0.server.maxBodyBytes = 1_000 }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.send(
                "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            let piece = String(repeating: "x", count: 600)
            for _ in 0..<2 { client.send("258\r\n\(piece)\r\n") }
            let response = await client.response()
            #expect(response.status == 413)
            #expect(response.body.contains("request_too_large"))
        }
        #expect(record.completed.map(\.status) == [413])
        #expect(record.completed.map(\.outcome) == [.refused])
    }

    @Test func `a client that hangs up in its body is recorded as gone`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Length: 100\r\n\r\n{\"model\":"
            )
            try await gateway.letWork(requests: 3)
            client.close()
            #expect(
                try await eventually { gateway.ledger.read { state, _ in state.position > 6 } }
            )
            try await gateway.waitUntilIdle()
        }
        #expect(record.completed.map(\.outcome) == [.cancelled])
        #expect(record.completed.map(\.status) == [0])
        #expect(record.completed.map(\.failure) == [.clientGone])
        #expect(record.completed.map(\.cost) == [.zero])
        #expect(upstream.requestCount == 0)
    }

    @Test func `a body that breaks the rules of HTTP is refused`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n"
            )
            #expect(await client.response().status == 400)
            client.close()
            try await gateway.waitUntilIdle()
        }
        #expect(record.completed.map(\.outcome) == [.refused])
        #expect(record.completed.map(\.status) == [400])
    }

    @Test(arguments: ["br", "GZIP, br", "zstd", "gzip, gzip", "identity", ""])
    func `a body of an unknown coding is refused in words`(coding: String) async throws {
        let isTaken = coding == "identity" || coding.isEmpty
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.post(
                RawClient.body("m", streamed: false),
                headers: "Content-Encoding: \(coding)\r\n"
            )
            let response = await client.response()
            #expect(response.status == (isTaken ? 200 : 415))
            if !isTaken {
                #expect(response.body.contains("unsupported_encoding"))
                #expect(response.body.contains("'\(coding)'"))
                #expect(response.header("accept-encoding") == "gzip, deflate, identity")
            }
            client.get("/healthz")
            #expect(await client.response().status == 200, "the connection is still in step")
        }
        #expect(record.completed.map(\.status) == [isTaken ? 200 : 415])
    }

    @Test func `huge headers are refused`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.get("/healthz", headers: "X-Big: \(String(repeating: "x", count: 100_000))\r\n")
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 4"))
            try await gateway.letWork(requests: 1)
        }
    }

    @Test func `an upstream that never closes its stream holds no client up`() async throws {
        let upstream = try ScriptedUpstream { request, socket in
            guard request.body.contains(#""stream":true"#) else { return socket.answer() }
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.event("[DONE]")
            socket.waitForClose()
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.response().body.contains("[DONE]"))
            client.get("/healthz")
            #expect(await client.response().status == 200)
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    /// A website's name that leads to this machine makes its pages the gateway's own to a browser.
    @Test(arguments: [
        ("evil.example", false), ("evil.example:8080", false), ("127.0.0.1.evil.example", false),
        ("1.2.3.4a", false), ("127.0.0.1", true), ("127.0.0.1:8080", true), ("localhost", true),
        ("LocalHost:8080", true), ("[::1]:8080", true), ("192.168.1.20:8080", true),
        ("host.docker.internal:8080", true), ("printer.local.", true), ("a.localhost", true),
        ("local", false), ("evil.internal.example", false), ("xlocal", false),
    ])
    func `whoever asks for another machine gets nothing`(host: String, isTaken: Bool) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            let body = RawClient.body("m", streamed: false)
            client.send("GET /v1/models HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            let list = await client.response()
            #expect(list.status == (isTaken ? 200 : 403))
            #expect(list.body.contains("foreign_host") == !isTaken)
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: \(host)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(await client.response().status == (isTaken ? 200 : 403))
        }
        #expect(record.received.count == (isTaken ? 1 : 0))
    }

    @Test(arguments: [
        ("http://evil.example", false), ("null", false), ("https://127.0.0.1.evil.example", false),
        ("http://localhost:5173", true), ("http://127.0.0.1:8080", true),
        ("http://[::1]:3000", true),
        ("vscode-webview://1a2b", true), ("http://app.localhost:3000", true),
        ("http://localhost.evil.example", false), ("http://localhost:80@evil.example", false),
    ])
    func `a page of a website elsewhere may ask nothing`(origin: String, isTaken: Bool) async throws
    {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            let body = RawClient.body("m", streamed: false)
            client.post(body, headers: "Origin: \(origin)\r\n")
            let response = await client.response()
            #expect(response.status == (isTaken ? 200 : 403))
        }
        #expect(record.received.count == (isTaken ? 1 : 0))
    }
}
