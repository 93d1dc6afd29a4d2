import Catalog
import EventLog
import Events
import Settings
import TestSupport
import Testing

@testable import Gateway
@testable import Ledger
@testable import LedgerSupport
@testable import Platform

/// The gateway itself, from start to stop.
struct LifeTests {
    @Test func `a gateway whose providers are not probed stays up`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let provider = ProviderSettings.scripted(upstream) { $0.healthCheck.isEnabled = false }
        let record = try await withGateway(.testing(provider)) { gateway in
            try await gateway.letWork()
            let client = try gateway.client()
            client.chat()
            #expect(await client.response().status == 200)
        }
        #expect(record.completed.map(\.outcome) == [.answered])
    }

    @Test func `a gateway without a provider says so`() async throws {
        try await withGateway(.testing([])) { gateway in
            let client = try gateway.client()
            client.chat()
            let response = await client.response()
            #expect(response.status == 503)
            #expect(response.body.contains("no_provider"))
            client.get("/readyz")
            #expect(await client.response().status == 503)
        }
    }

    @Test func `a gateway whose log failed is not ready`() async throws {
        let files = HeldFileSystem()
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream))
        try await withGateway(settings, files: files, isFailing: true) { gateway in
            try await gateway.flushed()
            files.fail()
            let client = try gateway.client()
            client.chat()
            #expect(await client.response().status == 503)
            #expect(try await eventually { gateway.ledger.shortage != nil })
            client.get("/readyz")
            #expect(await client.response().status == 503)
        }
    }

    /// In a process of its own, where no other test has sockets.
    @Test func `a gateway that can't start leaves no server behind`() async {
        await #expect(processExitsWith: .success) {
            let before = try Sockets.openCount()
            let first = ProviderSettings(type: .simulated, name: "sim-a")
            var unreadable = ProviderSettings(type: .simulated, name: "sim-b")
            unreadable.simulation = SimulationSettings()
            unreadable.simulation?.outcomesFile = "/nowhere/outcomes.jsonl"
            // A policy that no record of the log can hold.
            var endless = ProviderSettings(type: .simulated, name: "sim-c")
            endless.models = Array(repeating: String(repeating: "m", count: 1 << 20), count: 9)
            for last in [unreadable, endless] {
                await #expect(throws: (any Error).self) {
                    try await withGateway(.testing(first, last)) { _ in }
                }
                #expect(try await eventually { try Sockets.openCount() == before })
            }
        }
    }

    @Test func `feedback finds its request after the wall clock went back`() async throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path)
        let ahead = Clocks.wall + .seconds(3_600)
        try log.append([Event(.nodeStarted(NodeStarted()), at: ahead)])
        try log.close()
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream)), directory: directory) { gateway in
            let client = try gateway.client()
            client.chat()
            let id = await client.response().header("x-logway-request-id") ?? ""
            client.post(#"{"request_id":"\#(id)","score":0.5}"#, to: "/v1/feedback")
            #expect(await client.response().status == 200)
        }
    }
}
