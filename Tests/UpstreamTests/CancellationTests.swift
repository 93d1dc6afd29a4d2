import TestSupport
import Testing
import Upstream

@Suite("Cancellation and shutdown", .timeLimit(.minutes(5)))
struct CancellationTests {
    let client: UpstreamClient
    let server: ScriptedServer
    /// Opens when the server saw the client close.
    let closed: Latch

    init() throws {
        client = try UpstreamClient()
        let closed = Latch()
        self.closed = closed
        server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            if connection.waitForClose() { closed.open() }
        }
    }

    @Test
    func `cancelling closes the connection and ends the reader`() async throws {
        let exchange = client.start(.get(server.url()))
        _ = try await exchange.head()
        exchange.cancel()
        exchange.cancel()
        await closed.wait()
        #expect(await exchange.failure() == .cancelled)
        server.stop()
    }

    @Test
    func `cancelling the reading task closes the connection`() async throws {
        let exchange = client.start(.get(server.url()))
        #expect(try await exchange.next() == Array("half".utf8))
        let reader = Task { await exchange.failure() }
        reader.cancel()
        #expect(await reader.value == .cancelled)
        await closed.wait()
        server.stop()
    }

    @Test
    func `dropping an unfinished exchange closes the connection`() async throws {
        var exchange: UpstreamExchange? = client.start(.get(server.url()))
        _ = try await exchange?.head()
        exchange = nil
        await closed.wait()
        server.stop()
    }

    @Test
    func `cancelling before anything was sent is fine, as is cancelling what has ended`()
        async throws
    {
        let early = client.start(.get(server.url()))
        early.cancel()
        #expect(await early.failure() == .cancelled)
        let plain = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.respond("ok") }
        }
        let ended = client.start(.get(plain.url()))
        #expect(try await ended.text() == "ok")
        ended.cancel()
        #expect(try await ended.next() == nil)
        #expect(try await client.start(.get(plain.url())).text() == "ok")
        #expect(plain.connectionCount == 1)
        server.stop()
        plain.stop()
    }

    @Test
    func `a paused transfer can be cancelled`() async throws {
        let sent = Latch()
        let flooding = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(64 << 20)\r\n\r\n")
            while connection.send([UInt8](repeating: 0, count: 65536)) {}
            sent.open()
        }
        let exchange = client.start(.get(flooding.url()))
        _ = try await exchange.next()
        exchange.cancel()
        await sent.wait()
        flooding.stop()
        server.stop()
    }

    @Test
    func `shutting down fails what runs and what waits, and closes connections`() async throws {
        let pool = UpstreamPool(name: "one", maximumConnections: 1)
        let running = client.start(.get(server.url(), pool: pool))
        #expect(try await running.next() == Array("half".utf8))
        let waiting = client.start(.get(server.url(), pool: pool))
        client.shutdown()
        client.shutdown()
        await closed.wait()
        #expect(await running.failure() == .shutDown)
        #expect(await waiting.failure() == .shutDown)
        #expect(await client.start(.get(server.url())).failure() == .shutDown)
        #expect(client.statistics.pools["one"]?.open == 0)
        server.stop()
    }

    @Test
    func `dropping the client shuts it down`() async throws {
        var other: UpstreamClient? = try UpstreamClient()
        let exchange = other?.start(.get(server.url()))
        _ = try await exchange?.head()
        other = nil
        #expect(await exchange?.failure() == .shutDown)
        await closed.wait()
        server.stop()
    }
}
