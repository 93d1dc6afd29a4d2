import Foundation
import Settings
import Simulation
import Testing

@Suite("Simulated failures")
struct FailureTests {
    func error(_ reply: Reply) throws -> [String: Any] {
        try #require(reply.json()["error"] as? [String: Any])
    }

    @Test
    func `an unknown model is a 404 in OpenAI's shape that lists what there is`() async throws {
        try await withServer { client in
            let reply = try await client.chat("hello", model: "gpt-99")
            #expect(reply.status == 404)
            let error = try error(reply)
            #expect(error["code"] as? String == "model_not_found")
            #expect(
                error["message"] as? String == "The model `gpt-99` does not exist; there are m."
            )
            #expect(error["type"] as? String == "invalid_request_error")
            #expect(error["param"] as? String == "model")
        }
    }

    @Test(arguments: [nil, "wrong", "right"])
    func `a key that is set must be brought`(key: String?) async throws {
        try await withServer({ $0.apiKey = "right" }) { client in
            let client = Client(port: client.port, key: key)
            let reply = try await client.chat("hello")
            #expect(reply.status == (key == "right" ? 200 : 401))
            if key != "right" { #expect(try error(reply)["code"] as? String == "invalid_api_key") }
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"model": "m"}"#, #"{"model": "m", "messages": []}"#])
    func `a body that is no request is a 400`(body: String) async throws {
        try await withServer { client in
            let reply = try await client.post(Data(body.utf8))
            #expect(reply.status == 400)
        }
    }

    @Test
    func `a prompt beyond the context window is a 400 that says so`() async throws {
        try await withServer({ $0.models[0].contextWindow = 10 }) { client in
            let reply = try await client.chat(String(repeating: "a", count: 100))
            #expect(reply.status == 400)
            #expect(try error(reply)["code"] as? String == "context_length_exceeded")
        }
    }

    @Test
    func `another path is a 404`() async throws {
        try await withServer { client in
            let reply = try await client.get("/v1/completions")
            #expect(reply.status == 404)
        }
    }

    @Test
    func `a rate limit tells when to come again`() async throws {
        try await withServer({ $0.rateLimitRate = 1 }) { client in
            let reply = try await client.chat("hello")
            #expect(reply.status == 429)
            let seconds = try #require(reply.headers["retry-after"].flatMap { Int($0) })
            #expect((1...3).contains(seconds))
            #expect(reply.headers["x-ratelimit-remaining-requests"] == "0")
            #expect(reply.headers["x-ratelimit-reset-requests"] == "\(seconds)000ms")
            #expect(reply.headers["retry-after-ms"] == "\(seconds)000")
            #expect(try error(reply)["code"] as? String == "rate_limit_exceeded")
        }
    }

    @Test
    func `a short wait is told in milliseconds, and no quota is used up`() async throws {
        try await withServer({
            $0.rateLimitRate = 1
            $0.retryAfter = .milliseconds(20)
        }) { client in
            let reply = try await client.chat("hello")
            let wait = try #require(reply.headers["retry-after-ms"].flatMap { Int($0) })
            #expect([20, 40, 60].contains(wait))
            #expect(reply.headers["retry-after"] == "1")
            #expect(reply.headers["x-ratelimit-remaining-requests"] == nil)
        }
    }

    @Test
    func `failures are 500 and 503, both of them`() async throws {
        try await withServer({ $0.failureRate = 1 }) { client in
            var seen: Set<Int> = []
            for prompt in 0..<20 { seen.insert(try await client.chat("\(prompt)").status) }
            #expect(seen == [500, 503])
        }
    }

    @Test
    func `a failure rate is met over many requests`() async throws {
        try await withServer({ $0.failureRate = 0.3 }) { client in
            var failures = 0
            for prompt in 0..<200 where try await client.chat("\(prompt)").status != 200 {
                failures += 1
            }
            // The draws are fixed by the seed; 60 are expected, with a deviation of 6.5.
            #expect((40...80).contains(failures))
        }
    }

    @Test
    func `a stream that is cut ends without its end mark and closes the connection`() async throws {
        try await withServer({ $0.cutRate = 1 }) { client in
            let raw = try RawConnection(port: client.port)
            let body = #"{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}"#
            try raw.write(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: sim\r\n"
                    + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let received = await raw.readToEnd()
            #expect(received.hasPrefix("HTTP/1.1 200 OK"))
            #expect(received.contains(#""role":"assistant""#))
            #expect(!received.contains("[DONE]"))
            #expect(!received.hasSuffix("0\r\n\r\n"))
        }
    }
}
