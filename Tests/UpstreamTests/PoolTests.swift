import TestSupport
import Testing
import Upstream

@Suite("Pools", .timeLimit(.minutes(5)))
struct PoolTests {
    @Test
    func `a full pool queues, a full queue refuses, and places are passed on in order`()
        async throws
    {
        let client = try UpstreamClient()
        let release = Latch()
        let order = Recorder<String>()
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                order.record(request.lines[0])
                release.block()
                connection.respond(request.lines[0])
            }
        }
        defer { server.stop() }
        let pool = UpstreamPool(name: "small", maximumConnections: 2, maximumQueued: 3)
        let exchanges = (0..<5).map { client.start(.get(server.url("/\($0)"), pool: pool)) }
        let refused = client.start(.get(server.url("/5"), pool: pool))
        #expect(await refused.failure() == .poolExhausted(pool: "small", limit: 2, queued: 3))
        let full = try #require(client.statistics.pools["small"])
        #expect(full.inUse == 2 && full.queued == 3 && full.refused == 1 && full.requests == 6)
        // One that waits leaves the queue; its place is free for another.
        exchanges[3].cancel()
        #expect(await exchanges[3].failure() == .cancelled)
        release.open()
        for number in [0, 1, 2, 4] {
            #expect(try await exchanges[number].text() == "GET /\(number) HTTP/1.1")
        }
        #expect(server.connectionCount <= 2)
        #expect(Set(order.values.prefix(2)) == ["GET /0 HTTP/1.1", "GET /1 HTTP/1.1"])
        let idle = try #require(client.statistics.pools["small"])
        #expect(idle.inUse == 0 && idle.queued == 0 && idle.idle == idle.open)
    }

    @Test
    func `pools don't take places from each other`() async throws {
        let client = try UpstreamClient()
        let release = Latch()
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                if request.lines[0].contains("slow") { release.block() }
                connection.respond("ok")
            }
        }
        defer { server.stop() }
        let slow = UpstreamPool(name: "slow", maximumConnections: 1)
        let quick = UpstreamPool(name: "quick", maximumConnections: 1)
        let held = client.start(.get(server.url("/slow"), pool: slow))
        #expect(try await client.start(.get(server.url("/quick"), pool: quick)).text() == "ok")
        release.open()
        #expect(try await held.text() == "ok")
    }

    @Test
    func `a raised limit admits those who wait`() async throws {
        let client = try UpstreamClient()
        let release = Latch()
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                release.block()
                connection.respond("ok")
            }
        }
        defer { server.stop() }
        var pool = UpstreamPool(name: "grows", maximumConnections: 1)
        var exchanges = (0..<3).map { _ in client.start(.get(server.url(), pool: pool)) }
        pool.maximumConnections = 4
        exchanges.append(client.start(.get(server.url(), pool: pool)))
        release.open()
        for exchange in exchanges { #expect(try await exchange.text() == "ok") }
    }
}
