import TestSupport
import Testing
import Upstream

/// Servers that close one side of a connection: FIN ends what can end so, and cuts the rest.
@Suite("Half-closed connections", .timeLimit(.minutes(1)))
struct HalfCloseTests {
    let client: UpstreamClient

    init() throws { client = try UpstreamClient() }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 4),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", 4),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf", 4),
        ("", 0),
    ])
    func `FIN in an answer cuts it, and this side closes too`(
        response: String,
        count: Int
    ) async throws {
        let closed = Recorder<Bool>()
        let (done, server) = try serve { connection in
            connection.send(response)
            connection.finishWriting()
            closed.record(connection.waitForClose())
        }
        defer { server.stop() }
        let failure = await client.start(.get(server.url())).failure()
        #expect(failure == .cut(endpoint: "127.0.0.1:\(server.port)", bytesReceived: count))
        await done.wait()
        #expect(closed.values == [true])
        #expect(client.statistics.pools["test"]?.open == 0)
    }

    @Test func `FIN in the head cuts it as well`() async throws {
        let (_, server) = try serve { connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-")
            connection.finishWriting()
        }
        defer { server.stop() }
        let failure = await client.start(.get(server.url())).failure()
        #expect(failure == .cut(endpoint: "127.0.0.1:\(server.port)", bytesReceived: 0))
    }

    @Test func `a body that lasts as long as the connection ends with FIN`() async throws {
        let closed = Recorder<Bool>()
        let (done, server) = try serve { connection in
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole")
            connection.finishWriting()
            closed.record(connection.waitForClose())
        }
        defer { server.stop() }
        #expect(try await client.start(.get(server.url())).text() == "whole")
        await done.wait()
        #expect(closed.values == [true])
    }

    @Test func `a whole answer before FIN is one, and its connection is not used again`()
        async throws
    {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.respond("whole")
            connection.finishWriting()
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        for _ in 0..<3 {
            #expect(try await client.start(.get(server.url())).text() == "whole")
        }
        #expect(server.connectionCount == 3)
        #expect(client.statistics.pools["test"]?.reusedConnections == 0)
    }

    @Test func `a server that reads no more still answers`() async throws {
        let (_, server) = try serve { connection in
            connection.finishReading()
            connection.respond("whole")
        }
        defer { server.stop() }
        #expect(try await client.start(.get(server.url())).text() == "whole")
    }

    @Test func `a refusal of a body that is never read is an answer`() async throws {
        let (_, server) = try serve { connection in
            connection.respond(
                "too large",
                status: "413 Too Large",
                headers: "Connection: close\r\n"
            )
            connection.finishWriting()
            _ = connection.waitForClose()
        }
        defer { server.stop() }
        var request = UpstreamRequest.get(server.url())
        request.method = "POST"
        request.body = [[UInt8](repeating: 0x61, count: 8 << 20)[...]]
        let exchange = client.start(request)
        #expect(try await exchange.head().status == 413)
        #expect(try await exchange.text() == "too large")
    }

    /// A server that runs the script once, after a request's head, and tells when it has ended.
    private func serve(
        _ script: @escaping @Sendable (ServerConnection) -> Void
    ) throws -> (done: Latch, server: ScriptedServer) {
        let done = Latch()
        let server = try ScriptedServer { connection in
            guard connection.readHead() else { return }
            script(connection)
            done.open()
        }
        return (done, server)
    }
}
