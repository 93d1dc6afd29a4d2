import Events
import Glibc
import Settings
import TestSupport
import Testing

@testable import ClientHTTP
@testable import Gateway
@testable import LedgerSupport

/// How many clients may be connected, and who gives way.
struct ConnectionLimitTests {
    private func settings(_ upstream: ScriptedUpstream, most: Int) -> Settings {
        .testing(.scripted(upstream)) { $0.server.maxConnections = most }
    }

    @Test func `the connection that was at rest for longest gives way to a new one`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(settings(upstream, most: 8)) { gateway in
            let clients = try (0..<8).map { _ in try gateway.client() }
            for client in clients {
                client.get("/healthz")
                #expect(await client.response().status == 200)
            }
            // The first one is used again, so the second one has been at rest for longest.
            clients[0].chat()
            #expect(await clients[0].response().status == 200)
            let new = try gateway.client()
            new.chat()
            #expect(await new.response().status == 200)
            #expect(await clients[1].readToEnd() == "")
            for client in clients[2...] + clients[..<1] {
                client.get("/healthz")
                #expect(await client.response().status == 200)
            }
        }
    }

    @Test func `clients that never ask don't keep others out`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(settings(upstream, most: 8)) { gateway in
            let silent = try (0..<40).map { _ in try gateway.client() }
            for _ in 0..<10 {
                let client = try gateway.client()
                client.chat()
                #expect(await client.response().status == 200)
            }
            for client in silent { client.close() }
        }
        #expect(record.completed.count == 10)
    }

    /// What was sent and not read yet would be lost with the connection.
    @Test func `a client that has not asked yet is told why its connection gives way`()
        async throws
    {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(settings(upstream, most: 8)) { gateway in
            var clients: [RawClient] = []
            for count in 1...8 {
                clients.append(try gateway.client())
                #expect(try await eventually { gateway.gateway.watches.count == count })
            }
            let new = try gateway.client()
            new.get("/healthz")
            #expect(await new.response().status == 200)
            let answer = await clients[0].response()
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") == "2")
            #expect(answer.header("connection") == "close")
            #expect(answer.body.contains("server.maxConnections"))
            #expect(await clients[0].readToEnd() == "")
            // The others go on.
            for client in clients[1...] {
                client.get("/healthz")
                #expect(await client.response().status == 200)
            }
        }
    }

    @Test func `no answer under way gives way: the new one is told to come again`() async throws {
        let isOpen = Kept<Bool>()
        let upstream = try ScriptedUpstream { _, socket in
            while isOpen.value != true { usleep(1_000) }
            socket.answer()
        }
        let record = try await withGateway(settings(upstream, most: 8)) { gateway in
            let busy = try (0..<8).map { _ in try gateway.client() }
            for client in busy { client.chat() }
            #expect(try await eventually { upstream.requestCount == 8 })
            let new = try gateway.client()
            let answer = await new.response()
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") == "2")
            #expect(answer.header("connection") == "close")
            #expect(answer.body.contains(#""code":"overloaded""#))
            #expect(answer.body.contains("server.maxConnections"))
            #expect(await new.readToEnd() == "")
            isOpen.value = true
            for client in busy { #expect(await client.response().status == 200) }
        }
        #expect(record.completed.map(\.outcome) == Array(repeating: .answered, count: 8))
    }

    /// Answers that wait for a client to read them are under way, though all of them were written.
    @Test func `an answer that its client has not read yet is not dropped for a new client`()
        async throws
    {
        let models = (0..<500).map { "model-with-a-name-of-some-length-\($0)" }
        let upstream = try ScriptedUpstream(models: models) { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(upstream) {
                $0.models = models
                $0.defaultModel = models[0]
            }
        ) { $0.server.maxConnections = 8 }
        try await withGateway(settings) { gateway in
            let first = try gateway.client()
            first.get("/v1/models")
            let length = await first.response().body.utf8.count
            first.close()
            // More than the sockets of both sides hold.
            let count = 1 + (16 << 20) / length
            let slow = try gateway.client()
            for _ in 0..<count { slow.get("/v1/models") }
            try await gateway.letWork()
            var others: [RawClient] = []
            for _ in 0..<20 {
                let other = try gateway.client()
                other.get("/healthz")
                #expect(await other.response().status == 200)
                others.append(other)
            }
            for _ in 0..<count {
                let answer = await slow.response()
                guard answer.status == 200, answer.body.utf8.count == length else {
                    Issue.record("the answer was dropped")
                    break
                }
            }
        }
    }
}
