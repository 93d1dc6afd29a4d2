import Catalog
import Events
import JSONBytes
import Providers
import Settings
import Testing

@testable import Gateway

/// How often the body of a request is validated, and read for translations, on its way through a gateway.
struct ReadingTests {
    /// A prompt so long that nothing but its body has as many bytes.
    private static let prompt = String(repeating: "What is 2+2? ", count: 300)
    /// One whose request is over 64 KiB.
    private static let longPrompt = String(repeating: "What is 2+2? ", count: 6_000)

    private struct Counts: Equatable {
        var validations: Int
        var readings: Int
    }

    /// Counts what a gateway does, with texts of at least so many bytes.
    private func counts(
        ofAtLeast bytes: Int = Self.prompt.utf8.count,
        _ settings: Settings,
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws -> Counts {
        let (scans, readings) = (ScanTally(), ReadingTally())
        try await ScanTally.$current.withValue(scans) {
            try await ReadingTally.$current.withValue(readings) {
                try await withGateway(settings, body)
            }
        }
        return Counts(
            validations: scans.validations(ofAtLeast: bytes),
            readings: readings.readings
        )
    }

    private static func chat(_ text: String, streamed: Bool = false) -> String {
        #"{"model":"auto","max_tokens":9,"stream":\#(streamed),"messages":[{"role":"user","#
            + #""content":[{"type":"text","text":"\#(text)"}]}]}"#
    }

    private func ask(
        _ gateway: TestGateway,
        _ body: String,
        at path: String
    ) async throws -> RawResponse {
        let client = try gateway.client()
        client.post(body, to: path, headers: "Connection: close\r\n")
        return await client.response()
    }

    private static func failing() throws -> ScriptedUpstream {
        try ScriptedUpstream { _, socket in
            socket.respond(#"{"error":"no"}"#, status: "500 Internal Server Error")
        }
    }

    private static func answering(_ answer: String) throws -> ScriptedUpstream {
        try ScriptedUpstream { _, socket in socket.respond(answer) }
    }

    private static let geminiAnswer =
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"four"}]},"#
        + #""finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"#
        + #""candidatesTokenCount":2,"totalTokenCount":5}}"#

    private static func provider(
        _ type: ProviderType,
        _ upstream: ScriptedUpstream,
        priority: Int
    ) -> ProviderSettings {
        var provider = ProviderSettings(type: type, name: type.name, priority: priority)
        provider.baseURL = type == .openai ? upstream.baseURL : "http://127.0.0.1:\(upstream.port)"
        provider.defaultModel = "m"
        provider.models = ["m"]
        provider.prices = TokenPrices(input: 3_000_000_000, output: 15_000_000_000)
        provider.healthCheck.isEnabled = false
        return provider
    }

    @Test func `a body that passes is validated once and not read`() async throws {
        let openai = try ScriptedUpstream { _, socket in socket.answer() }
        let found = try await counts(.testing(Self.provider(.openai, openai, priority: 1))) {
            gateway in
            let body = Self.chat(Self.prompt)
            let response = try await ask(gateway, body, at: "/v1/chat/completions")
            #expect(response.status == 200)
        }
        #expect(found == Counts(validations: 1, readings: 0))
    }

    @Test(arguments: [Self.prompt, Self.longPrompt])
    func `a body that passes is read once to see who else could be asked`(
        prompt: String
    ) async throws {
        let openai = try ScriptedUpstream { _, socket in socket.answer() }
        let other = try Self.failing()
        let settings = Settings.testing(
            Self.provider(.openai, openai, priority: 1),
            Self.provider(.ollama, other, priority: 2),
            Self.provider(.google, other, priority: 3)
        )
        let found = try await counts(settings) { gateway in
            let body = Self.chat(prompt)
            let response = try await ask(gateway, body, at: "/v1/chat/completions")
            #expect(response.status == 200)
        }
        #expect(found == Counts(validations: 1, readings: 1))
    }

    @Test(arguments: [
        (Self.prompt, 1),
        // Of a long one nothing is kept while a provider works: each translation reads it for itself, the
        // first one what was read for the decision.
        (Self.longPrompt, 3),
    ])
    func `three foreign families and two failovers need one reading`(
        prompt: String,
        readings: Int
    ) async throws {
        let (openai, ollama) = (try Self.failing(), try Self.failing())
        let gemini = try Self.answering(Self.geminiAnswer)
        let settings = Settings.testing(
            Self.provider(.openai, openai, priority: 1),
            Self.provider(.ollama, ollama, priority: 2),
            Self.provider(.google, gemini, priority: 3)
        )
        let found = try await counts(settings) { gateway in
            let response = try await ask(gateway, Self.chat(prompt), at: "/v1/messages")
            #expect(response.status == 200)
            #expect(response.body.contains("four"))
        }
        #expect([openai, ollama, gemini].map(\.requestCount) == [1, 1, 1])
        #expect(found == Counts(validations: 1, readings: readings))
    }

    @Test(arguments: [(Self.prompt, 1), (Self.longPrompt, 2)])
    func `attempts that race need one reading`(prompt: String, readings: Int) async throws {
        let silent = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.waitForClose()
        }
        let ollama = try ScriptedUpstream { _, socket in
            socket.beginStream()
            let message = #""model":"m","message":{"role":"assistant","content":"four"}"#
            socket.chunk("{\(message),\"done\":false}\n")
            socket.chunk("{\(message),\"done\":true,\"done_reason\":\"stop\"}\n")
            socket.send("0\r\n\r\n")
        }
        let settings = Settings.testing(
            Self.provider(.google, silent, priority: 1),
            Self.provider(.ollama, ollama, priority: 2)
        ) {
            $0.routing.hedge = HedgePolicy()
            $0.routing.hedge?.afterMicroseconds = 20_000
            $0.routing.hedge?.maxShare = 1_000_000
        }
        let found = try await counts(settings) { gateway in
            let body = Self.chat(prompt, streamed: true)
            let response = try await ask(gateway, body, at: "/v1/messages")
            #expect(response.status == 200)
            #expect(response.body.contains("four"))
        }
        #expect([silent, ollama].map(\.requestCount) == [1, 1])
        #expect(found == Counts(validations: 1, readings: readings))
    }

    @Test func `what a response goes on from is not validated again`() async throws {
        let openai = try ScriptedUpstream { _, socket in socket.answer() }
        let found = try await counts(.testing(Self.provider(.openai, openai, priority: 1))) {
            gateway in
            let first = #"{"model":"auto","input":"\#(Self.prompt)"}"#
            let response = try await ask(gateway, first, at: "/v1/responses")
            #expect(response.status == 200)
            let answer = try JSONSlice(validating: Array(response.body.utf8))
            let id = try #require(try answer.member("id")?.string)
            let next =
                #"{"model":"auto","previous_response_id":"\#(id)","input":"\#(Self.prompt)"}"#
            let second = try await ask(gateway, next, at: "/v1/responses")
            #expect(second.status == 200)
        }
        #expect(openai.requestCount == 2)
        #expect(found == Counts(validations: 2, readings: 2))
    }

    @Test func `a count of tokens reads its request once`() async throws {
        let gemini = try Self.answering("{}")
        let second = try Self.answering(#"{"totalTokens":7}"#)
        var other = Self.provider(.google, second, priority: 2)
        other.name = "second"
        let settings = Settings.testing(Self.provider(.google, gemini, priority: 1), other)
        let found = try await counts(settings) { gateway in
            let body = Self.chat(Self.prompt).replacing(#""auto""#, with: #""m""#)
            let response = try await ask(gateway, body, at: "/v1/messages/count_tokens")
            #expect(response.status == 200)
            #expect(response.body.contains("7"))
        }
        #expect(found.readings == 1)
    }
}
