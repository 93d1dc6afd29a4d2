import Events
import JSONBytes
import Testing

@testable import Providers

@Suite("Prompts that go on as they are")
struct PromptTests {
    private static let able = ProviderDialect(.openai, takesPrompts: true)

    private func request(_ members: String) throws -> ClientRequest {
        try ClientRequest(api: .completions, body: [UInt8]("{\"model\":\"m\",\(members)}"))
    }

    private func sent(_ members: String, limit: Int? = nil) throws -> String {
        try request(members).upstreamBody(
            for: Self.able,
            model: "m",
            options: BodyOptions(outputLimit: limit)
        ).text
    }

    @Test func `keep every byte, spaces and what nobody knows included`() throws {
        let members = #" "prompt" : ["a", "b"],"echo":true, "odd":[1.50,"\u00e9"] "#
        #expect(try sent(members) == "{\"model\":\"m\",\(members)}")
    }

    @Test func `are limited as OpenAI's reference says where a budget goes by it`() throws {
        #expect(try sent(#""prompt":"a""#) == #"{"model":"m","prompt":"a"}"#)
        #expect(try sent(#""prompt":"a""#, limit: 90).contains(#""max_tokens":16"#))
        #expect(try sent(#""prompt":"a""#, limit: 9).contains(#""max_tokens":9"#))
        #expect(try sent(#""prompt":"a","max_tokens":90"#, limit: 9).contains("90"))
    }

    @Test func `ask for the usage of a stream`() throws {
        #expect(try sent(#""prompt":"a","stream":true"#).contains(#""include_usage":true"#))
    }

    @Test func `pass only to models that take them`() {
        #expect(ClientAPI.completions.passes(to: Self.able))
        #expect(!ClientAPI.completions.passes(to: .openai))
        #expect(!ClientAPI.completions.passes(to: ProviderDialect(.ollama, takesPrompts: true)))
        #expect(ClientAPI.chatCompletions.passes(to: Self.able))
        #expect(!ClientAPI.responses.passes(to: Self.able))
    }

    static let counts: [(String, Int)] = [
        (#""prompt":"a""#, 1), (#""prompt":["a"],"n":3"#, 3), (#""prompt":[1,2,3]"#, 1),
        (#""prompt":[[1,2],[3]],"n":2,"best_of":5"#, 10), (#""prompt":["a","b"]"#, 2),
        (#""prompt":[]"#, 1), (#""prompt":"a","n":9223372036854775807"#, 1 << 20),
    ]

    @Test("count each prompt and each candidate for its best answer", arguments: counts)
    func count(members: String, choices: Int) throws {
        #expect(try request(members).choices == choices)
    }

    @Test func `come back as they are, and are measured`() throws {
        let body =
            #"{"id":"c","model":"m-1","choices":[{"text":"fo","index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#
        let answer = try Answer(
            body: [UInt8](body),
            from: Self.able,
            for: request(#""prompt":"a""#),
            as: identity
        )
        #expect(answer.body.text == body)
        #expect((answer.usage.input, answer.usage.output, answer.outputTextBytes) == (3, 2, 2))
        #expect(answer.finishReason == "stop")
    }
}
