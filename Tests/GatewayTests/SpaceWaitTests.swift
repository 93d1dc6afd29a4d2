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
@testable import Platform

/// Requests that wait for what they recorded to be durable while the log waits for space.
struct SpaceWaitTests {
    typealias Disk = FullFileSystem

    /// Segments that are soon full, in a log that waits for space however slow the machine is.
    private static let options = LogOptions(
        segmentSize: 1 << 20,
        stallLimit: .seconds(3_600),
        recompresses: false
    )

    /// The same, in a log that waits for no space.
    private static var impatient: LogOptions {
        var options = options
        options.stallLimit = .zero
        return options
    }

    private static func stall(_ gateway: TestGateway, on disk: Disk) async throws {
        try await FullDiskTests.stall(gateway.ledger, on: disk, bytes: 16 << 10)
    }

    private static func count(_ gateway: TestGateway) -> Int {
        gateway.ledger.read { state, _ in state.inFlight.count }
    }

    private static func attempts(_ gateway: TestGateway, at provider: String) -> Int {
        gateway.ledger.read { state, _ in state.inFlight.attempts(at: provider) }
    }

    private static func expectSoon(
        _ condition: () -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let hasCome = try await eventually(condition)
        #expect(hasCome, sourceLocation: sourceLocation)
    }

    private static func health(_ gateway: TestGateway) async throws -> Int? {
        let client = try gateway.client()
        client.get("/healthz")
        return await client.response().status
    }

    /// A provider that answers once it is let go.
    private static func holding(_ goOn: Latch) throws -> ScriptedUpstream {
        try ScriptedUpstream { _, socket in
            goOn.block()
            socket.answer()
        }
    }

    @Test func `a stop tells who waits for space`() async throws {
        let (disk, goOn) = (Disk(), Latch())
        let upstream = try Self.holding(goOn)
        let settings = Settings.testing(.scripted(upstream)) {
            $0.server.shutdownGrace = .milliseconds(50)
        }
        // Whoever is told by the end of the closeTimeout alone finds the connection closed.
        try await withGateway(
            settings,
            files: disk,
            options: Self.options,
            closeTimeout: .seconds(60),
            isFailing: true
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: false)
            try await Self.expectSoon { upstream.requestCount == 1 }
            try await Self.stall(gateway, on: disk)
            goOn.open()
            try await Self.expectSoon { Self.count(gateway) == 0 }
            await gateway.listening.stop()
            let response = await client.response()
            #expect(response.status == 507)
            #expect(response.body.contains("log_full"))
        }
    }

    @Test func `a client that leaves while its answer waits for space frees its place`()
        async throws
    {
        let (disk, goOn) = (Disk(), Latch())
        let upstream = try Self.holding(goOn)
        let settings = Settings.testing(.scripted(upstream)) { $0.server.maxConnections = 8 }
        let record = try await withGateway(
            settings,
            files: disk,
            options: Self.options
        ) { gateway in
            let clients = try (0..<8).map { _ in try gateway.client() }
            for client in clients { client.chat(streamed: false) }
            try await Self.expectSoon { upstream.requestCount == 8 }
            try await Self.stall(gateway, on: disk)
            goOn.open()
            try await Self.expectSoon { Self.count(gateway) == 0 }
            #expect(try await Self.health(gateway) == 503)
            for client in clients { client.close() }
            let limit = ContinuousClock.now + .seconds(60)
            var health: Int?
            while health != 200, ContinuousClock.now < limit {
                health = try await Self.health(gateway)
            }
            #expect(health == 200)
            disk.isFull.store(false, ordering: .relaxed)
        }
        #expect(record.completed.map(\.outcome) == Array(repeating: .answered, count: 8))
    }

    @Test func `an answer that waits for too long is refused, and requests are served again later`()
        async throws
    {
        let (disk, goOn) = (Disk(), Latch())
        let upstream = try Self.holding(goOn)
        try await withGateway(
            .testing(.scripted(upstream)),
            files: disk,
            options: Self.impatient
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: false)
            try await Self.expectSoon { upstream.requestCount == 1 }
            try await Self.stall(gateway, on: disk)
            goOn.open()
            let refused = await client.response()
            #expect(refused.status == 507)
            #expect(refused.body.contains("log_full"))
            disk.isFull.store(false, ordering: .relaxed)
            try await Self.expectSoon { gateway.ledger.shortage == nil }
            client.chat(streamed: false)
            #expect(await client.response().status == 200)
        }
    }

    @Test func `the end of a stream that waits for too long is an error, and no clean end`()
        async throws
    {
        let (disk, goOn) = (Disk(), Latch())
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            goOn.block()
            socket.finishAnswer()
            socket.endStream()
        }
        let record = try await withGateway(
            .testing(.scripted(upstream)),
            files: disk,
            options: Self.impatient
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            try await Self.stall(gateway, on: disk)
            goOn.open()
            let rest = await client.readToEnd()
            #expect(rest.contains("log_full"))
            #expect(!rest.contains("[DONE]"))
            #expect(!rest.contains("0\r\n\r\n"))
            disk.isFull.store(false, ordering: .relaxed)
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    /// How a wait ends though there is no space.
    enum End: CaseIterable { case clientLeaves, isTooLong, isTooLongForOneThatIsKeptAlive }

    /// Under `strict` the next provider is not asked before, under `group` no byte of its answer goes out.
    @Test(arguments: [Durability.strict, .group], End.allCases)
    func `a request whose attempt waits for space ends with the wait`(
        durability: Durability,
        end: End
    ) async throws {
        let (disk, goOn, isClosed) = (Disk(), Latch(), Latch())
        let failing = try ScriptedUpstream { _, socket in
            goOn.block()
            socket.respond("{}", status: "500 Internal Server Error")
        }
        let next = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            if socket.waitForClose() { isClosed.open() }
        }
        let settings = Settings.testing(
            .scripted(failing, name: "a", priority: 1),
            .scripted(next, name: "b", priority: 2)
        ) {
            $0.log.durability = durability
            $0.routing.retry.times = 0
            let isKeptAlive = end == .isTooLongForOneThatIsKeptAlive
            $0.routing.keepAlive = isKeptAlive ? .milliseconds(10) : nil
        }
        let record = try await withGateway(
            settings,
            files: disk,
            options: end == .clientLeaves ? Self.options : Self.impatient
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            try await Self.expectSoon { failing.requestCount == 1 }
            if end == .isTooLongForOneThatIsKeptAlive { await client.read(through: "keep-alive") }
            try await Self.stall(gateway, on: disk)
            goOn.open()
            switch end {
            case .clientLeaves:
                try await Self.expectSoon { Self.attempts(gateway, at: "b") == 1 }
                if durability == .group { try await Self.expectSoon { next.requestCount == 1 } }
                try await gateway.letWork()
                #expect(!client.hasBytes)
                client.close()
            case .isTooLong:
                let response = await client.response()
                #expect(response.status == 507)
                #expect(response.body.contains("log_full"))
            case .isTooLongForOneThatIsKeptAlive:
                // Behind a ping there is no other status any more.
                #expect(await client.read(through: "0\r\n\r\n").contains("log_full"))
            }
            try await gateway.waitUntilIdle()
            if durability == .group { await isClosed.wait() }
            #expect(next.requestCount == (durability == .group ? 1 : 0))
            disk.isFull.store(false, ordering: .relaxed)
        }
        let isGone = end == .clientLeaves
        #expect(record.completed.map(\.outcome) == [isGone ? .cancelled : .failed])
        #expect(
            record.finished.map(\.failure) == [.serverError, isGone ? .clientGone : .ownShortage]
        )
        let status = [End.clientLeaves: 0, .isTooLong: 507]
        #expect(record.completed.map(\.status) == [status[end] ?? 200])
    }

    /// Which comes first, the hedge or the full disk, is the clock's to say: until the disk does.
    @Test func `an answer is not lost because a hedge beside it waits for space`() async throws {
        for seconds in [1, 4, 16] where try await isHedged(after: .seconds(seconds)) { return }
        Issue.record("the disk was never full before the hedge began")
    }

    private func isHedged(after delay: Duration) async throws -> Bool {
        let (disk, goOn, isFull) = (Disk(), Latch(), Kept<Bool>())
        let slow = try ScriptedUpstream { _, socket in
            goOn.block()
            socket.beginStream()
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        let other = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(slow, name: "a", priority: 1),
            .scripted(other, name: "b", priority: 2)
        ) {
            $0.log.durability = .strict
            $0.routing.hang.leastMicroseconds = 600_000_000
            $0.routing.hedge = HedgePolicy()
            $0.routing.hedge?.afterMicroseconds = delay.microseconds
            $0.routing.hedge?.maxShare = 1_000_000
        }
        let record = try await withGateway(
            settings,
            files: disk,
            options: Self.options
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            try await Self.expectSoon { slow.requestCount == 1 }
            try await Self.stall(gateway, on: disk)
            isFull.value = Self.attempts(gateway, at: "b") == 0 && Self.count(gateway) == 1
            try await Self.expectSoon {
                isFull.value == false || Self.attempts(gateway, at: "b") == 1
            }
            goOn.open()
            // The loser is settled by then.
            try await Self.expectSoon { Self.attempts(gateway, at: "b") == 0 }
            disk.isFull.store(false, ordering: .relaxed)
            #expect(await client.read(through: "0\r\n\r\n").contains("[DONE]"))
        }
        guard isFull.value == true else { return false }
        #expect(other.requestCount == 0)
        #expect(record.completed.map(\.outcome) == [.answered])
        #expect(record.finished.map(\.failure) == [.hedgeLost, nil])
        return true
    }
}
