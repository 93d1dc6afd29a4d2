import Synchronization
import Testing
import Upstream

@Suite("Timeouts", .timeLimit(.minutes(5)))
struct TimeoutTests {
    let client: UpstreamClient

    init() throws { client = try UpstreamClient() }

    /// A server that sends this and then keeps the connection open.
    private func stalling(after response: String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response)
            _ = connection.waitForClose()
        }
    }

    private let short = Duration.milliseconds(60)
    private let half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"])
    func `no body byte in time, with or without a head, is a first-token timeout`(
        response: String
    ) async throws {
        let server = try stalling(after: response)
        defer { server.stop() }
        let exchange = client.start(
            .get(server.url(), timeouts: UpstreamTimeouts(firstToken: short))
        )
        #expect(
            await exchange.failure()
                == .firstTokenTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
    }

    @Test
    func `a body that stalls is an idle timeout, after its bytes`() async throws {
        let server = try stalling(after: half)
        defer { server.stop() }
        let exchange = client.start(.get(server.url(), timeouts: UpstreamTimeouts(idle: short)))
        #expect(try await exchange.next() == Array("half".utf8))
        #expect(
            await exchange.failure()
                == .idleTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
    }

    @Test
    func `what is no content does not stop the clock of the first token`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.send("4\r\n: \n\n\r\n") { connection.pause() }
        }
        defer { server.stop() }
        let exchange = client.start(
            .get(server.url(), timeouts: UpstreamTimeouts(firstToken: short, awaitsContent: true))
        )
        #expect(
            await exchange.failure()
                == .firstTokenTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
    }

    @Test
    func `a pause before the first content is no idle timeout, one after it is`() async throws {
        let server = try stalling(after: half)
        defer { server.stop() }
        let long = Duration.milliseconds(600)
        let timeouts = UpstreamTimeouts(firstToken: long, awaitsContent: true, idle: short)
        let silent = client.start(.get(server.url(), timeouts: timeouts))
        #expect(
            await silent.failure()
                == .firstTokenTimeout(endpoint: "127.0.0.1:\(server.port)", limit: long)
        )
        var patient = timeouts
        patient.firstToken = .seconds(60)
        let begun = client.start(.get(server.url(), timeouts: patient))
        #expect(try await begun.next() == Array("half".utf8))
        // Later than the first look at the pause, as on a busy machine.
        try await Task.sleep(for: short * 3)
        begun.contentBegan()
        #expect(
            await begun.failure()
                == .idleTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
    }

    @Test
    func `a body that keeps coming is ended by the total timeout only`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.send("1\r\nx\r\n") { connection.pause() }
        }
        defer { server.stop() }
        let total = Duration.milliseconds(300)
        let exchange = client.start(
            .get(
                server.url(),
                timeouts: UpstreamTimeouts(
                    firstToken: .seconds(20),
                    idle: .seconds(20),
                    total: total
                )
            )
        )
        #expect(
            await exchange.failure()
                == .totalTimeout(endpoint: "127.0.0.1:\(server.port)", limit: total)
        )
    }

    // Less than the kernel takes for a connection, and more.
    @Test(arguments: [1 << 20, 6 << 20])
    func `a request of which nothing is taken is abandoned`(size: Int) async throws {
        let server = try ScriptedServer { connection in connection.readNothing() }
        defer { server.stop() }
        let exchange = client.start(post(size, to: server, idle: short))
        // What is on its way may have come, though nobody says so.
        let mayHaveAll = size <= 1 << 20
        #expect(
            await exchange.failure()
                == .uploadTimeout(
                    endpoint: "127.0.0.1:\(server.port)",
                    limit: short,
                    mayHaveAll: mayHaveAll
                )
        )
    }

    @Test
    func `a request of which a byte is read now and then is abandoned`() async throws {
        let server = try ScriptedServer { connection in
            for _ in 0..<2_000 where connection.readByte() { connection.pause() }
        }
        defer { server.stop() }
        let exchange = client.start(post(4 << 20, to: server, idle: short))
        let failure = await exchange.failure()
        guard case .uploadTimeout("127.0.0.1:\(server.port)", short, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test
    func `a server that reads one request after the other has time for the first`() async throws {
        let hasAnswered = Atomic(false)
        let slow = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            // Many times as long as nothing may be taken otherwise.
            for _ in 0..<600 where connection.send("x") { connection.pause() }
            hasAnswered.store(true, ordering: .releasing)
        }
        defer { slow.stop() }
        let server = try ScriptedServer { connection in connection.readNothing() }
        defer { server.stop() }
        var waiting = post(6 << 20, to: server, idle: short)
        waiting.timeouts.readsOneByOne = true
        let first = client.start(.get(slow.url()))
        _ = try await first.head()
        async let rest = first.failure()
        let failure = await client.start(waiting).failure()
        let wasFirst = hasAnswered.load(ordering: .acquiring)
        #expect(wasFirst)
        // Abandoned once it had nothing else to do.
        guard case .uploadTimeout = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(await rest == nil)
    }

    @Test
    func `a request that was taken is waited for by the first token's time`() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.readNothing()
        }
        defer { server.stop() }
        let exchange = client.start(post(100, to: server, idle: short, firstToken: short * 5))
        #expect(
            await exchange.failure()
                == .firstTokenTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short * 5)
        )
    }

    @Test
    func `a request that is taken slowly is waited for`() async throws {
        let size = 4 << 20
        let idle = Duration.milliseconds(1_000)
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest(pausing: true) else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n\(request.body.count)")
        }
        defer { server.stop() }
        let exchange = client.start(post(size, to: server, idle: idle))
        #expect(try await exchange.text() == "\(size)")
    }

    private func post(
        _ size: Int,
        to server: ScriptedServer,
        idle: Duration,
        firstToken: Duration = .seconds(60)
    ) -> UpstreamRequest {
        UpstreamRequest(
            method: "POST",
            url: server.url(),
            body: [UInt8](repeating: 0x78, count: size),
            timeouts: UpstreamTimeouts(firstToken: firstToken, idle: idle),
            pool: .hosted("test")
        )
    }

    @Test
    func `a TLS handshake that hangs is a connect timeout`() async throws {
        let server = try ScriptedServer { connection in _ = connection.waitForClose() }
        defer { server.stop() }
        let exchange = client.start(
            .get(
                "https://127.0.0.1:\(server.port)/",
                timeouts: UpstreamTimeouts(connect: short)
            )
        )
        #expect(
            await exchange.failure()
                == .connectTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
    }

    @Test
    func `the wait in the queue counts towards the total`() async throws {
        let server = try stalling(after: half)
        defer { server.stop() }
        let pool = UpstreamPool(name: "one", maximumConnections: 1)
        let running = client.start(.get(server.url(), pool: pool))
        _ = try await running.head()
        let waiting = client.start(
            .get(server.url(), timeouts: UpstreamTimeouts(total: short), pool: pool)
        )
        #expect(
            await waiting.failure()
                == .totalTimeout(endpoint: "127.0.0.1:\(server.port)", limit: short)
        )
        #expect(client.statistics.pools["one"]?.queued == 0)
        running.cancel()
    }

    @Test
    func `a reader that holds back does not run into the idle timeout`() async throws {
        let total = 8 << 20
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            connection.send([UInt8](repeating: 1, count: total))
        }
        defer { server.stop() }
        // Longer than a busy machine leaves the server's thread alone.
        let idle = Duration.milliseconds(700)
        let exchange = client.start(.get(server.url(), timeouts: UpstreamTimeouts(idle: idle)))
        _ = try await exchange.head()
        // Another exchange's timeout, three times as long, shows that the time has passed.
        let stalled = try stalling(after: "")
        defer { stalled.stop() }
        let clock = client.start(
            .get(stalled.url(), timeouts: UpstreamTimeouts(firstToken: idle * 3))
        )
        #expect(await clock.failure() != nil)
        #expect(try await exchange.collect(limit: total).count == total)
    }
}
