import Events
import Foundation
import Settings
import Simulation
import Testing

@Suite("Simulated server")
struct ServerTests {
    let spec = SimulatedProviderSpec(name: "sim", models: [SimulatedModel(name: "m")])

    @Test
    func `it listens when start returns, and no more when stop returns`() async throws {
        let server = SimulatedServer(spec)
        for _ in 0..<5 {
            let port = try await server.start()
            let connection = try RawConnection(port: port)
            try connection.write(
                "GET /v1/models HTTP/1.1\r\nhost: sim\r\nconnection: close\r\n\r\n"
            )
            #expect(await connection.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
            await server.stop()
            #expect(throws: RawConnection.Failure.self) { try RawConnection(port: port) }
        }
    }

    @Test
    func `stop does not wait for a client that keeps its connection open`() async throws {
        let server = SimulatedServer(spec)
        let connection = try await RawConnection(port: server.start())
        try connection.write("GET /v1/models HTTP/1.1\r\nhost: sim\r\n\r\n")
        await server.stop()
    }

    @Test
    func `stop cuts an answer that is under way`() async throws {
        var slow = spec
        slow.latencyMean = .seconds(600)
        let server = SimulatedServer(slow)
        let port = try await server.start()
        let connection = try RawConnection(port: port)
        let body = #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#
        try connection.write(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: sim\r\n"
                + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        await server.stop()
        #expect(await !connection.readToEnd().contains("simulated answer"))
    }

    @Test
    func `a port that is taken is an error, and the server can start elsewhere`() async throws {
        let first = SimulatedServer(spec)
        let port = try await first.start()
        let second = SimulatedServer(spec)
        await #expect {
            try await second.start(port: port)
        } throws: { error in
            guard case SimulationError.cannotListen(port, _) = error else { return false }
            return true
        }
        let other = try await second.start()
        #expect(other != port)
        await second.stop()
        await first.stop()
    }

    @Test
    func `a second start is an error, a second stop is none`() async throws {
        let server = SimulatedServer(spec)
        let port = try await server.start()
        await #expect(throws: SimulationError.alreadyRunning(port: port)) {
            try await server.start()
        }
        await server.stop()
        await server.stop()
    }

    @Test
    func `many servers run at once, each with its own models`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await withServer({ $0.models[0].name = "m\(number)" }) { client in
                        let list = try await client.get("/v1/models").body
                        #expect(list.contains("m\(number)"))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test
    func `the built-in providers are a free local one and two priced ones`() {
        let builtIn = SimulatedProviderSpec.builtIn
        #expect(builtIn.map(\.name) == ["sim-local", "sim-fast", "sim-strong"])
        #expect(builtIn.map(\.isLocal) == [true, false, false])
        for spec in builtIn {
            #expect(spec.models.count > 1)
            for model in spec.models {
                #expect(model.prices?.input != nil && model.prices?.output != nil)
                #expect(model.prices?.isFree == spec.isLocal)
            }
        }
        #expect(SimulatedProviderSpec.builtIn(named: "sim-strong") == builtIn[2])
        #expect(SimulatedProviderSpec.builtIn(named: "mine").name == "mine")
        #expect(builtIn[1].models[0].prices?.cachedInput == 25_000_000)
    }
}
