import TestSupport
import Testing
import Upstream

@Suite("Streaming", .timeLimit(.minutes(5)))
struct StreamingTests {
    let client: UpstreamClient

    init() throws { client = try UpstreamClient() }

    @Test
    func `each chunk can be read before the next is sent`() async throws {
        let steps = (0..<3).map { _ in Latch() }
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for (number, step) in steps.enumerated() {
                step.block()
                connection.sendChunk("chunk \(number)")
            }
            connection.send("0\r\nTrailer: ignored\r\n\r\n")
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        #expect(try await exchange.head().status == 200)
        for (number, step) in steps.enumerated() {
            step.open()
            #expect(try await exchange.next() == Array("chunk \(number)".utf8))
        }
        #expect(try await exchange.next() == nil)
        #expect(try await exchange.next() == nil)
        #expect(try await exchange.head().headers["trailer"] == nil)
    }

    @Test
    func `a response that drips byte by byte is put together`() async throws {
        let response = "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            for byte in (response + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").utf8 {
                connection.send([byte])
            }
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        #expect(try await exchange.head().headers["a"] == "b")
        #expect(try await exchange.text() == "hello world")
    }

    @Test
    func `a body without a length ends with its connection`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.0 200 OK\r\n\r\nall of it")
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        #expect(try await exchange.head().httpVersion == .http1_0)
        #expect(try await exchange.text() == "all of it")
    }

    @Test
    func `a compressed body arrives as it was sent`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.respond("not really gzip", headers: "Content-Encoding: gzip\r\n")
        }
        defer { server.stop() }
        #expect(try await client.start(.get(server.url())).text() == "not really gzip")
    }

    @Test(arguments: [false, true])
    func `a reader that holds back stalls the server and then gets everything`(
        chunked: Bool
    )
        async throws
    {
        let total = 64 << 20
        let accepted = Recorder<Int>()
        let stalled = Latch()
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(total)"
            connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            if chunked { connection.send(String(total, radix: 16) + "\r\n") }
            // Nobody reads, so the bytes fill the buffers of both sides, and then no more go.
            let block = [UInt8](repeating: 7, count: 65536)
            var sent = 0
            var refusals = 0
            while sent < total && refusals < 50 {
                let count = connection.sendWithoutBlocking(
                    Array(block.prefix(min(block.count, total - sent)))
                )
                if count > 0 {
                    sent += count
                    refusals = 0
                } else {
                    refusals += 1
                    connection.pause()
                }
            }
            accepted.record(sent)
            stalled.open()
            while sent < total {
                let piece = min(block.count, total - sent)
                guard connection.send(Array(block.prefix(piece))) else { return }
                sent += piece
            }
            if chunked { connection.send("\r\n0\r\n\r\n") }
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        _ = try await exchange.head()
        await stalled.wait()
        // The kernel's buffers take a few megabytes, this side 256 KiB; the body is far larger.
        #expect(try #require(accepted.values.first) < 32 << 20)
        var count = 0
        var largest = 0
        while let piece = try await exchange.next() {
            count += piece.count
            largest = max(largest, piece.count)
        }
        #expect(count == total)
        #expect(largest <= 256 * 1024 + 64 * 1024)
    }

    @Test
    func `collecting more than the limit fails and drops the connection`() async throws {
        let closed = Latch()
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n1234567890")
            if connection.waitForClose() { closed.open() }
        }
        defer { server.stop() }
        let exchange = client.start(.get(server.url()))
        await #expect(
            throws: UpstreamError.bodyTooLarge(endpoint: "127.0.0.1:\(server.port)", limit: 9)
        ) {
            try await exchange.collect(limit: 9)
        }
        await closed.wait()
    }
}
