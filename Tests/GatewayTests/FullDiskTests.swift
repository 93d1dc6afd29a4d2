import EventLog
import Events
import Glibc
import HTTPTypes
import Hummingbird
import Providers
import RouterState
import Settings
import Synchronization
import TestSupport
import Testing
import Upstream
import WriteAheadLog

@testable import Gateway
@testable import Ledger
@testable import LedgerSupport
@testable import Platform

/// A disk that is full while the log's next segment is made.
struct FullDiskTests {
    @Test func `requests are refused only near the segment's end, and taken again by themselves`()
        async throws
    {
        let directory = TemporaryDirectory()
        let disk = FullFileSystem()
        let told = Mutex<[String]>([])
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            options: LogOptions(segmentSize: 64 << 10, recompresses: false),
            notice: { line in told.withLock { $0.append(line) } },
            fileSystem: disk
        )
        var draws = SeededRandom(seed: 1)
        func fill(atMost count: Int) throws -> Int {
            var taken = 0
            while ledger.shortage == nil, taken < count {
                var stopped = NodeStopped()
                stopped.reason = (0..<30).map { _ in String(draws.next(), radix: 36) }.joined()
                try ledger.record([.nodeStopped(stopped)])
                taken += 1
                do throws(LogError) {
                    try ledger.log.flush()
                } catch {
                    // On a busy machine the end may come before the thread that makes segments has its turn.
                    guard case .noRoom = error else { throw error }
                }
            }
            return taken
        }
        disk.isFull.store(true, ordering: .relaxed)
        // Half of the segment lies between the first attempt and the reserve.
        #expect(try fill(atMost: 1_000) > 50)
        let shortage = try #require(ledger.shortage)
        #expect("\(shortage)".contains("00000002.seg"))
        let refusal = ClientError(unrecorded: shortage, id: .fresh(at: ledger.now))
        #expect(refusal.status == 507)
        #expect(refusal.code == "log_full")
        let upstream = try UpstreamClient()
        defer { upstream.shutdown() }
        let readiness = Readiness(
            ledger: ledger,
            shortages: Shortages { _ in },
            upstream: upstream
        )
        let unready = readiness.ready
        #expect(unready.status == .serviceUnavailable)
        #expect(told.withLock { $0 }.filter { $0.contains("00000002.seg") }.count == 1)

        disk.isFull.store(false, ordering: .relaxed)
        while ledger.shortage != nil { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try fill(atMost: 400) == 400)
        try ledger.close()
        #expect(told.withLock { $0 }.contains { $0.contains("recorded as before") })
        try Record(directory).expectWhole()
    }

    @Test func `a client is refused at the port until there is space, and served again`()
        async throws
    {
        let disk = FullFileSystem()
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream)), files: disk) { gateway in
            func status(_ path: String? = nil) async throws -> (Int?, String) {
                let client = try gateway.client()
                if let path { client.get(path) } else { client.chat(streamed: false) }
                let response = await client.response()
                return (response.status, response.body)
            }
            let judge = try gateway.client()
            judge.chat(streamed: false)
            let id = await judge.response().header("x-logway-request-id") ?? ""
            disk.isFull.store(true, ordering: .relaxed)
            // A third of the segment: the next one is wanted, and can't be had.
            for _ in 0..<14 { try Self.fill(gateway.ledger) }
            #expect(try await status().0 == 200)
            #expect(try await status("/readyz").0 == 200)
            while gateway.ledger.shortage == nil {
                do { try Self.fill(gateway.ledger) } catch LogError.noRoom { break }
            }
            let refused = try await status()
            #expect(refused.0 == 507)
            #expect(refused.1.contains("log_full"))
            let unready = try await status("/readyz")
            #expect(unready.0 == 503)
            #expect(unready.1.contains("00000002.seg"))
            judge.post(#"{"request_id":"\#(id)","score":1}"#, to: "/v1/feedback")
            #expect(await judge.response().status == 507)
            // At the segment's very end what runs waits, and nothing stops for good.
            #expect(try Self.fillUp(gateway.ledger) == gateway.ledger.shortage)
            #expect(try await status().0 == 507)
            disk.isFull.store(false, ordering: .relaxed)
            while gateway.ledger.shortage != nil { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try await status().0 == 200)
            #expect(try await status("/readyz").0 == 200)
        }
    }

    /// More than a megabyte that nothing compresses.
    private static let text: String = {
        var draws = SeededRandom(seed: 2)
        return (0..<125_000).map { _ in String(draws.next(), radix: 36) }.joined()
    }()

    private static func fill(_ ledger: Ledger, bytes: Int = .max) throws {
        var stopped = NodeStopped()
        stopped.reason = String(text.prefix(bytes))
        try ledger.record([.nodeStopped(stopped)])
        try ledger.log.flush()
    }

    /// Goes on until the segment takes no more; returns why.
    private static func fillUp(_ ledger: Ledger, bytes: Int = .max) throws -> LogError {
        while true {
            do { try fill(ledger, bytes: bytes) } catch let error as LogError { return error }
        }
    }

    /// Lets the log wait for space from now on: the disk is full, and the segment in use has no room.
    static func stall(
        _ ledger: Ledger,
        on disk: FullFileSystem,
        bytes: Int = .max
    ) async throws {
        disk.isFull.store(true, ordering: .relaxed)
        let failure = await offPool { Result { try fillUp(ledger, bytes: bytes) } }
        guard case .noRoom = try failure.get() else { throw try failure.get() }
    }

    @Test(arguments: [true, false])
    func `a request that waits for space is answered once there is some, or ends with the gateway`(
        isFreed: Bool
    ) async throws {
        let disk = FullFileSystem()
        let goOn = Latch()
        let upstream = try ScriptedUpstream { _, socket in
            goOn.block()
            socket.answer()
        }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.server.shutdownGrace = .milliseconds(50)
        }
        // It waits however slow the machine is.
        let options = LogOptions(stallLimit: .seconds(3_600))
        try await withGateway(
            settings,
            files: disk,
            options: options,
            isFailing: !isFreed
        ) { gateway in
            let client = try gateway.client()
            client.chat(streamed: false)
            let hasBegun = try await eventually {
                gateway.ledger.read { state, _ in state.inFlight.count > 0 }
            }
            #expect(hasBegun)
            try await Self.stall(gateway.ledger, on: disk)
            goOn.open()
            // It has ended, and is not recorded yet.
            let hasEnded = try await eventually {
                gateway.ledger.read { state, _ in state.inFlight.count == 0 }
            }
            #expect(hasEnded)
            // Stopped now, the gateway says so and ends; the next start finds the request interrupted.
            guard isFreed else { return }
            disk.isFull.store(false, ordering: .relaxed)
            #expect(await client.response().status == 200)
        }
    }
}
