import TestSupport
import Testing
import Upstream

@Suite("Round trips", .timeLimit(.minutes(5)))
struct RoundTripTests {
    let client: UpstreamClient

    init() throws { client = try UpstreamClient() }

    @Test
    func `a GET sends exactly its headers and returns status, headers and body`() async throws {
        let requests = Recorder<[String]>()
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            requests.record(request.lines)
            connection.respond("hello", status: "203 Fine", headers: "X-Two: a\r\nx-two:  b \r\n")
        }
        defer { server.stop() }
        let exchange = client.start(
            .get(server.url("/a/../b?q=1"), headers: [("X-One", "1"), ("Empty", ""), ("x", "é")])
        )
        let head = try await exchange.head()
        #expect(head.status == 203)
        #expect(head.httpVersion == .http1_1)
        #expect(head.headers["CONTENT-LENGTH"] == "5")
        #expect(head.headers["absent"] == nil)
        #expect(head.headers.values(of: "X-TWO") == ["a", "b"])
        #expect(head.headers.map(\.name) == ["Content-Length", "X-Two", "x-two"])
        #expect(try await exchange.text() == "hello")
        #expect(
            requests.values == [
                [
                    "GET /a/../b?q=1 HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "X-One: 1",
                    "Empty:", "x: é",
                ]
            ]
        )
    }

    @Test(arguments: [0, 1, 70_000, 3_000_000])
    func `a POST's body arrives byte for byte without asking first`(count: Int) async throws {
        let requests = Recorder<ServerRequest>()
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            requests.record(request)
            connection.respond("ok")
        }
        defer { server.stop() }
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let exchange = client.start(
            UpstreamRequest(
                method: "POST",
                url: server.url(),
                headers: [("Content-Type", "application/json")],
                body: body,
                pool: .hosted("test")
            )
        )
        #expect(try await exchange.text() == "ok")
        let request = try #require(requests.values.first)
        #expect(request.body == body)
        #expect(request.value("content-length") == "\(count)")
        #expect(request.value("expect") == nil)
        #expect(request.value("content-type") == "application/json")
    }

    @Test(arguments: ["PUT", "DELETE", "PATCH", "GET", "OPTIONS"])
    func `any method may carry a body`(method: String) async throws {
        let requests = Recorder<ServerRequest>()
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            requests.record(request)
            connection.respond("ok")
        }
        defer { server.stop() }
        let exchange = client.start(
            UpstreamRequest(
                method: method,
                url: server.url(),
                body: Array("body".utf8),
                pool: .hosted("test")
            )
        )
        #expect(try await exchange.text() == "ok")
        let request = try #require(requests.values.first)
        #expect(request.lines[0] == "\(method) / HTTP/1.1")
        #expect(request.body == Array("body".utf8))
    }

    @Test
    func `one handle serves HEAD, GET, POST and DELETE one after the other`() async throws {
        let lines = Recorder<String>()
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                lines.record(request.lines[0] + " \(request.body.count)")
                if request.lines[0].hasPrefix("HEAD") {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n")
                } else {
                    connection.respond("ok")
                }
            }
        }
        defer { server.stop() }
        let steps = [
            ("POST", "x", "ok"), ("HEAD", "", ""), ("GET", "", "ok"), ("DELETE", "", "ok"),
            ("GET", "", "ok"), ("POST", "", "ok"), ("HEAD", "", ""),
        ]
        for (method, body, answer) in steps {
            let request = UpstreamRequest(
                method: method,
                url: server.url(),
                body: Array(body.utf8),
                pool: .hosted("test")
            )
            #expect(try await client.start(request).text() == answer)
        }
        #expect(lines.values == steps.map { "\($0.0) / HTTP/1.1 \($0.1.utf8.count)" })
        #expect(server.connectionCount == 1)
    }

    @Test
    func `sequential requests share one connection`() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.respond("ok") }
        }
        defer { server.stop() }
        for round in 0..<20 {
            let exchange = client.start(.get(server.url()))
            #expect(try await exchange.text() == "ok")
            let timings = try #require(exchange.timings)
            #expect(timings.reusedConnection == (round > 0))
            #expect(timings.remotePort == Int(server.port))
            #expect(timings.total >= timings.firstByte && timings.firstByte > 0)
        }
        #expect(server.connectionCount == 1)
        let pool = try #require(client.statistics.pools["test"])
        #expect(pool.open == 1 && pool.idle == 1 && pool.inUse == 0 && pool.queued == 0)
        #expect(pool.requests == 20 && pool.reusedConnections == 19 && pool.refused == 0)
    }

    @Test
    func `200 concurrent exchanges all get their own answer`() async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() { connection.respond(request.lines[0]) }
        }
        defer { server.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let exchange = client.start(.get(server.url("/\(number)")))
                    let answer = try await exchange.text()
                    #expect(answer == "GET /\(number) HTTP/1.1")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test
    func `a request on a connection that the server closed while idle goes out on a new one`()
        async throws
    {
        let closed = Latch()
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.respond("ok")
            connection.close()
            closed.open()
        }
        defer { server.stop() }
        #expect(try await client.start(.get(server.url())).text() == "ok")
        await closed.wait()
        #expect(try await client.start(.get(server.url())).text() == "ok")
        #expect(server.connectionCount == 2)
    }

    @Test
    func `a POST that a reused connection swallows is sent again on a new one, once`()
        async throws
    {
        let bodies = Recorder<String>()
        let server = try ScriptedServer { connection in
            guard let first = connection.readRequest() else { return }
            bodies.record(String(decoding: first.body, as: UTF8.self))
            connection.respond("ok")
            guard let second = connection.readRequest() else { return }
            bodies.record(String(decoding: second.body, as: UTF8.self))
        }
        defer { server.stop() }
        for body in ["one", "two"] {
            let request = UpstreamRequest(
                method: "POST",
                url: server.url(),
                body: Array(body.utf8),
                pool: .hosted("test")
            )
            #expect(try await client.start(request).text() == "ok")
        }
        #expect(bodies.values == ["one", "two", "two"])
        #expect(server.connectionCount == 2)
    }

    @Test
    func `host names are looked up, again and again`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.respond("ok", headers: "Connection: close\r\n")
        }
        defer { server.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["localhost", "LOCALHOST", "ip6-nothing.invalid"] {
                for _ in 0..<10 {
                    group.addTask {
                        let url = "http://\(name):\(server.port)/"
                        let failure = await client.start(.get(url)).failure()
                        #expect((failure != nil) == name.hasSuffix("invalid"))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test
    func `a redirect is returned, not followed`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.respond("gone", status: "302 Found", headers: "Location: /other\r\n")
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        let head = try await exchange.head()
        #expect(head.status == 302)
        #expect(head.headers["location"] == "/other")
        #expect(try await exchange.text() == "gone")
        #expect(server.connectionCount == 1)
    }

    @Test
    func `interim responses are skipped`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 100 Continue\r\nX: interim\r\n\r\n")
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
            connection.respond("final", headers: "Y: final\r\n")
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        let head = try await exchange.head()
        #expect(head.status == 200)
        #expect(head.headers["x"] == nil && head.headers["y"] == "final")
        #expect(try await exchange.text() == "final")
    }
}
