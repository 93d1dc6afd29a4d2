import Foundation
import Settings
import Simulation
import Testing

@Suite("Determinism of the simulation")
struct DeterminismTests {
    /// What a run of 30 prompts, each asked twice, gets: status and body.
    func run(seed: UInt64) async throws -> [String] {
        var results: [String] = []
        try await withServer({
            $0.seed = seed
            $0.failureRate = 0.3
            $0.rateLimitRate = 0.2
        }) { client in
            for prompt in 0..<30 {
                for _ in 0..<2 {
                    let reply = try await client.chat("prompt \(prompt)")
                    results.append(
                        "\(reply.status) \(reply.headers["retry-after"] ?? "-") \(reply.body)"
                    )
                }
            }
        }
        return results
    }

    @Test
    func `the same run gives the same answers and errors, another seed others`() async throws {
        let first = try await run(seed: 1)
        #expect(try await run(seed: 1) == first)
        #expect(try await run(seed: 2) != first)
    }

    @Test
    func `a retry can fare otherwise than the first try`() async throws {
        let results = try await run(seed: 1)
        let pairs = stride(from: 0, to: results.count, by: 2).map { place in
            (results[place].prefix(3), results[place + 1].prefix(3))
        }
        #expect(pairs.contains { $0 != "200" && $1 == "200" })
    }

    @Test
    func `the text depends on seed, model and prompt, and not on what came before`() async throws {
        try await withServer({ $0.models.append(SimulatedModel(name: "n")) }) { client in
            let first = try await text(of: client.chat("hello"))
            #expect(try await text(of: client.chat("hello")) == first)
            #expect(try await text(of: client.chat("hello!")) != first)
            #expect(
                try await text(of: client.chat("hello", model: "n")).dropFirst(32)
                    != first.dropFirst(32)
            )
        }
        try await withServer({ $0.seed = 2 }) { client in
            let other = try await text(of: client.chat("hello"))
            try await withServer { client in
                let standard = try await text(of: client.chat("hello"))
                #expect(standard != other)
            }
        }
    }

    @Test
    func `the first token takes its latency, and the rest the model's speed`() async throws {
        try await withServer({
            $0.latencyMean = .milliseconds(80)
            $0.models[0].tokensPerSecond = 100
        }) { client in
            let clock = ContinuousClock()
            for streamed in [false, true] {
                var reply: Reply?
                let time = try await clock.measure {
                    reply = try await client.chat("hi", ["max_tokens": 10, "stream": streamed])
                }
                #expect(reply?.status == 200)
                // 80 ms and nine tokens at 10 ms after the first; a busy machine takes longer.
                #expect(time >= .milliseconds(170))
            }
        }
    }
}
