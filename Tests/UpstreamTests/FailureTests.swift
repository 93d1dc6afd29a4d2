import Testing
import Upstream

@Suite("Failures", .timeLimit(.minutes(5)))
struct FailureTests {
    let client: UpstreamClient

    init() throws { client = try UpstreamClient() }

    /// What reading everything ends with when the server, having the request, sends this and closes.
    private func failure(
        after response: String,
        resets: Bool = false
    ) async throws
        -> UpstreamError?
    {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response)
            if resets { connection.reset() }
        }
        defer { server.stop() }
        let failure = await client.start(.get(server.url())).failure()
        return failure.map { $0.naming("server", insteadOf: "127.0.0.1:\(server.port)") }
    }

    @Test
    func `a body shorter than its Content-Length is cut, after its bytes`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        #expect(try await exchange.next() == Array("half".utf8))
        let expected = UpstreamError.cut(endpoint: "127.0.0.1:\(server.port)", bytesReceived: 4)
        await #expect(throws: expected) { try await exchange.next() }
        await #expect(throws: expected) { try await exchange.next() }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 5),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", 3),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", 3),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 0),
    ])
    func `a cut body never ends cleanly`(response: String, count: Int) async throws {
        #expect(
            try await failure(after: response) == .cut(endpoint: "server", bytesReceived: count)
        )
    }

    @Test
    func `a reset mid-body is a cut`() async throws {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
        guard case .cut = try await failure(after: half, resets: true) else {
            Issue.record("not a cut")
            return
        }
    }

    @Test
    func `a connection closed before any response is a cut at 0`() async throws {
        #expect(try await failure(after: "") == .cut(endpoint: "server", bytesReceived: 0))
    }

    @Test(arguments: [
        "garbage that is not HTTP at all\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n",
    ])
    func `what is not HTTP is a protocol violation`(response: String) async throws {
        guard case .protocolViolation("server", _) = try await failure(after: response) else {
            Issue.record("not a violation")
            return
        }
    }

    /// Below 8.1.1 libcurl remembers the last header of the transfer before, long freed, and appends to
    /// it; the process died of that (found by tools/fuzz-port).
    @Test(arguments: [" ", "\t", "  folded", " name: value"])
    func `a head that begins with a folded line is a violation on every connection, and no more`(
        line: String
    ) async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                let first = request.lines[0].contains("/folded") ? line + "\r\n" : ""
                connection.send(
                    "HTTP/1.1 200 OK\r\n\(first)Content-Length: 2\r\nX-Name: a\r\n\r\nok"
                )
            }
        }
        defer { server.stop() }
        for round in 0..<200 {
            #expect(try await client.start(.get(server.url())).text() == "ok", "\(round)")
            let failure = await client.start(.get(server.url("/folded"))).failure()
            guard case .protocolViolation = failure else {
                Issue.record("\(String(describing: failure)) in round \(round)")
                return
            }
        }
    }

    @Test
    func `a head beyond 64 KiB is refused, in one line or many`() async throws {
        let expected = UpstreamError.headerTooLarge(endpoint: "server", limit: 65536)
        let long = "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000) + "\r\n\r\n"
        #expect(try await failure(after: long) == expected)
        let longer = "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 300_000) + "\r\n\r\n"
        #expect(try await failure(after: longer) == expected)
        let line = "X: " + String(repeating: "x", count: 1000) + "\r\n"
        let many = "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100) + "\r\n"
        #expect(try await failure(after: many) == expected)
        let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 10_000)
        #expect(try await failure(after: interim) == expected)
    }

    @Test
    func `more than 256 headers are refused`() async throws {
        let head = "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 257) + "\r\n"
        #expect(
            try await failure(after: head) == .tooManyHeaders(endpoint: "server", limit: 256)
        )
    }

    @Test
    func `a refused connection is told from an unknown host`() async throws {
        let port = try ScriptedServer.unusedPort()
        let refused = await client.start(.get("http://127.0.0.1:\(port)/")).failure()
        #expect(refused == .connectionRefused(endpoint: "127.0.0.1:\(port)"))
        // RFC 6761: .invalid never resolves.
        let unknown = await client.start(.get("http://nowhere.invalid/")).failure()
        #expect(unknown == .resolveFailed(endpoint: "nowhere.invalid"))
    }

    @Test
    func `connections that were never made are not counted as open`() async throws {
        let port = try ScriptedServer.unusedPort()
        for host in ["127.0.0.1", "localhost"] {
            for _ in 0..<20 {
                let failure = await client.start(.get("http://\(host):\(port)/")).failure()
                #expect(failure == .connectionRefused(endpoint: "\(host):\(port)"))
                client.start(.get("http://\(host):\(port)/")).cancel()
            }
        }
        client.shutdown()
        #expect(client.statistics.pools["test"]?.open == 0)
    }

    @Test
    func `TLS to a server without it fails as TLS`() async throws {
        let server = try ScriptedServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        let failure = await client.start(.get("https://127.0.0.1:\(server.port)/")).failure()
        guard case .tls("127.0.0.1:\(server.port)", _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        "ftp://host/", "file:///etc/passwd", "host/path", "", "http://", "http:///path",
        "http://user:secret@host/", "http://ho st/", "http://host/\r\nX: y", "http://host/\0",
        "http://[::1/", "http://host:99999/",
    ])
    func `a URL that isn't plain http or https is refused`(url: String) async throws {
        guard case .badURL = await client.start(.get(url)).failure() else {
            Issue.record("accepted")
            return
        }
    }

    @Test(arguments: [
        ("X", "a\r\nInjected: b"), ("X", "a\nb"), ("X", "a\0b"), ("X\r\nY", "a"), ("X: Y", "a"),
        ("", "a"), ("X ", "a"), ("Content-Length", "3"), ("transfer-encoding", "chunked"),
        ("Connection", "close"), ("Expect", "100-continue"),
    ])
    func `a header that would change the message is refused`(
        name: String,
        value: String
    )
        async throws
    {
        let failure = await client.start(.get("http://127.0.0.1:1/", headers: [(name, value)]))
            .failure()
        guard case .badRequest = failure else {
            Issue.record("accepted")
            return
        }
    }

    @Test
    func `messages hold neither header values nor query strings`() async throws {
        let port = try ScriptedServer.unusedPort()
        let urls = [
            "http://127.0.0.1:\(port)/secret-path?key=secret", "http://nowhere.invalid/?key=secret",
            "secret://x", "http://u:secret@host/",
        ]
        let values = ["secret", "secret\r\n"]
        for url in urls {
            for value in values {
                let exchange = client.start(.get(url, headers: [("Authorization", value)]))
                let failure = try #require(await exchange.failure())
                #expect(!"\(failure) \(String(reflecting: failure))".contains("secret"))
            }
        }
    }
}

extension UpstreamError {
    /// The error with its endpoint replaced, so that tests can compare it as a whole.
    fileprivate func naming(_ name: String, insteadOf endpoint: String) -> UpstreamError {
        switch self {
        case .cut(endpoint, let bytes): .cut(endpoint: name, bytesReceived: bytes)
        case .protocolViolation(endpoint, let reason):
            .protocolViolation(endpoint: name, reason: reason)
        case .headerTooLarge(endpoint, let limit): .headerTooLarge(endpoint: name, limit: limit)
        case .tooManyHeaders(endpoint, let limit): .tooManyHeaders(endpoint: name, limit: limit)
        default: self
        }
    }
}
