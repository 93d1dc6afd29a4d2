import Events
import RouterState
import Settings
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Gateway
@testable import Ledger
@testable import LedgerSupport

/// What a client and a provider may see while the log stands in a sync.
struct DurabilityTests {
    @Test(arguments: [Durability.group, .strict], [false, true])
    func `no byte reaches the client before its decision is durable`(
        durability: Durability,
        streamed: Bool
    ) async throws {
        let files = HeldFileSystem()
        let answered = Latch()
        let upstream = try ScriptedUpstream { request, socket in
            if request.body.contains(#""stream":true"#) {
                socket.beginStream()
                socket.token("four")
                socket.finishAnswer()
                socket.endStream()
            } else {
                socket.answer()
            }
            answered.open()
        }
        let settings = Settings.testing(.scripted(upstream)) { $0.log.durability = durability }
        let record = try await withGateway(settings, files: files) { gateway in
            try await gateway.flushed()
            files.hold()
            let client = try gateway.client()
            client.chat(streamed: streamed)
            #expect(try await eventually { files.isHolding })
            if durability == .group { await answered.wait() }
            try await gateway.letWork()
            #expect(!client.hasBytes)
            #expect(upstream.requestCount == (durability == .strict ? 0 : 1))
            files.release()
            let response = await client.response()
            #expect(response.status == 200)
            #expect(response.body.contains("four"))
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test(arguments: [false, true])
    func `async waits for nothing`(streamed: Bool) async throws {
        let files = HeldFileSystem()
        let upstream = try ScriptedUpstream { request, socket in
            guard request.body.contains(#""stream":true"#) else { return socket.answer() }
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        let settings = Settings.testing(.scripted(upstream)) { $0.log.durability = .async }
        try await withGateway(settings, files: files) { gateway in
            files.hold()
            let client = try gateway.client()
            client.chat(streamed: streamed)
            let response = await client.response()
            #expect(response.status == 200)
            #expect(!response.isCut)
            #expect(response.body.contains("four"))
            files.release()
        }
    }

    @Test(arguments: [Durability.group, .strict])
    func `the end of a stream waits for its outcome`(durability: Durability) async throws {
        let files = HeldFileSystem()
        let (begun, goOn, sent) = (Latch(), Latch(), Latch())
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            begun.open()
            goOn.block()
            socket.token("teen")
            socket.finishAnswer()
            socket.endStream()
            sent.open()
        }
        let settings = Settings.testing(.scripted(upstream)) { $0.log.durability = durability }
        try await withGateway(settings, files: files) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            try await gateway.flushed()
            files.hold()
            goOn.open()
            let text = await client.read(through: #""finish_reason":"stop""#)
            #expect(text.contains("teen"), "what is not the end flows on")
            #expect(try await eventually { files.isHolding })
            try await gateway.letWork()
            #expect(!client.text.contains("[DONE]"))
            #expect(!client.text.contains("0\r\n\r\n"))
            files.release()
            #expect(await client.read(through: "0\r\n\r\n").contains("[DONE]"))
        }
    }

    @Test func `async does not hold a stream's end`() async throws {
        let files = HeldFileSystem()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        let settings = Settings.testing(.scripted(upstream)) { $0.log.durability = .async }
        try await withGateway(settings, files: files) { gateway in
            files.hold()
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.read(through: "0\r\n\r\n").contains("[DONE]"))
            files.release()
        }
    }

    @Test(arguments: [Durability.group, .strict], [false, true])
    func `a failed sync is an error for the client and stops the gateway`(
        durability: Durability,
        streamed: Bool
    ) async throws {
        let files = HeldFileSystem()
        let poisoned = Mutex<[LogError]>([])
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) { $0.log.durability = durability }
        try await withGateway(settings, files: files, isFailing: true) { gateway in
            gateway.ledger.onPoison { error in poisoned.withLock { $0.append(error) } }
            try await gateway.flushed()
            files.fail()
            let client = try gateway.client()
            client.chat(streamed: streamed)
            let response = await client.response()
            #expect(response.status == 503)
            #expect(response.body.contains("log_unavailable"))
            #expect(response.header("x-logway-request-id") != nil)
            #expect(try await eventually { poisoned.withLock { !$0.isEmpty } })
            #expect(poisoned.withLock { $0.count } == 1)
        }
    }

    @Test func `a sync that fails at the end of a stream gives no clean end`() async throws {
        let files = HeldFileSystem()
        let goOn = Latch()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            goOn.block()
            socket.finishAnswer()
            socket.endStream()
        }
        let settings = Settings.testing(.scripted(upstream))
        try await withGateway(settings, files: files, isFailing: true) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            try await gateway.flushed()
            files.fail()
            goOn.open()
            let rest = await client.readToEnd()
            #expect(rest.contains("log_unavailable"))
            #expect(!rest.contains("[DONE]"))
            #expect(!rest.contains("0\r\n\r\n"))
        }
    }
}

extension TestGateway {
    /// Waits until everything recorded so far is on the disk.
    func flushed() async throws {
        _ = try await ledger.waitUntilDurable(ledger.read { state, _ in state.position })
    }
}
