import Events
import Providers
import Testing

@Suite("Whole answers")
struct AnswerTests {
    static let openAI = #"""
        {"id":"c1","object":"chat.completion","created":5,"model":"m-1","choices":[{"index":0,"message":{
        "role":"assistant","content":"Hé \"x\"","reasoning_content":"Hm","tool_calls":[{"id":"a","type":"function",
        "function":{"name":"f","arguments":"{\"x\": 1}"}}]},"finish_reason":"tool_calls"}],
        "usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6},"cost":0.5}}
        """#

    static let anthropic = #"""
        {"id":"msg_1","type":"message","role":"assistant","model":"c-1","content":[{"type":"text","text":"Hé "},
        {"type":"text","text":"😀"},{"type":"tool_use","id":"t1","name":"f","input":{"x": "K\u00f6ln"}}],
        "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":5,
        "cache_read_input_tokens":2,"cache_creation_input_tokens":1}}
        """#

    static let ollama = #"""
        {"model":"q:7b","created_at":"t","message":{"role":"assistant","content":"","tool_calls":[
        {"function":{"name":"f","arguments":{"x":1}}}]},"done":true,"done_reason":"stop","eval_count":7}
        """#

    private func answer(
        _ body: String,
        from family: WireFamily,
        for request: ClientRequest
    ) throws(ProviderFailure) -> Answer {
        try Answer(body: [UInt8](body), from: ProviderDialect(family), for: request, as: identity)
    }

    @Test func `within a family an answer passes byte for byte`() throws {
        let answer = try answer(Self.openAI, from: .openai, for: try openAIRequest())
        #expect(answer.body.text == Self.openAI)
        #expect(
            answer.usage == TokenUsage(input: 4, output: 4, cachedInput: 6, origin: .provider)
        )
        #expect(answer.finishReason == "tool_calls")
        #expect(answer.model == "m-1")
        #expect(answer.receipt == Nanodollars(500_000_000))
        #expect(answer.outputTextBytes > 0)
        let other = try self.answer(Self.anthropic, from: .anthropic, for: try anthropicRequest())
        #expect(other.body.text == Self.anthropic)
        #expect(other.usage.prompt == 6)
    }

    /// "é" has two bytes, so that 255 bytes of them and an "x" end in the middle of one.
    @Test(arguments: WireFamily.allCases)
    func `a model's name and a finish reason are kept up to their limits`(
        family: WireFamily
    ) throws {
        let word = "x" + String(repeating: "é", count: 100_000)
        let body =
            switch family {
            case .openai:
                #"{"model":"\#(word)","choices":[{"message":{"content":"a"},"finish_reason":"\#(word)"}]}"#
            case .anthropic:
                #"{"model":"\#(word)","content":[{"type":"text","text":"a"}],"stop_reason":"\#(word)"}"#
            case .ollama:
                #"{"model":"\#(word)","message":{"content":"a"},"done":true,"done_reason":"\#(word)"}"#
            case .gemini:
                #"{"modelVersion":"\#(word)","candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"\#(word)"}]}"#
            }
        let answer = try answer(body, from: family, for: try openAIRequest())
        #expect(answer.model == "x" + String(repeating: "é", count: 127))
        #expect(answer.finishReason == "x" + String(repeating: "é", count: 63))
    }

    @Test func `Anthropic's answer becomes OpenAI's`() throws {
        let answer = try answer(Self.anthropic, from: .anthropic, for: try openAIRequest())
        let expected = #"""
            {"id":"chatcmpl-0190a0b0111170008000000000000001","object":"chat.completion","created":1763700000,"model":"c-1","choices":[{"index":0,
            "message":{"role":"assistant","content":"Hé 😀","refusal":null,"tool_calls":[{"id":"t1","type":"function",
            "function":{"name":"f","arguments":"{\"x\": \"K\\u00f6ln\"}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],
            "usage":{"prompt_tokens":6,"completion_tokens":5,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":2}}}
            """#
        #expect(answer.body.canonical == expected.canonical)
    }

    @Test func `OpenAI's answer becomes Anthropic's`() throws {
        let answer = try answer(Self.openAI, from: .openai, for: try anthropicRequest())
        let expected = #"""
            {"id":"msg_0190a0b0111170008000000000000001","type":"message","role":"assistant","model":"m-1","content":[
            {"type":"thinking","thinking":"Hm","signature":""},{"type":"text","text":"Hé \"x\""},
            {"type":"tool_use","id":"a","name":"f","input":{"x":1}}],"stop_reason":"tool_use","stop_sequence":null,
            "usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":4}}
            """#
        #expect(answer.body.canonical == expected.canonical)
    }

    @Test func `an Anthropic client is told an estimate where usage is missing`() throws {
        let body =
            #"{"choices":[{"message":{"content":"Hello you"},"finish_reason":"stop"}]}"#
        let answer = try answer(body, from: .openai, for: try anthropicRequest())
        #expect(answer.body.text.contains(#""usage":{"input_tokens":1,"output_tokens":3}"#))
        #expect(answer.usage == TokenUsage())
        let own = try self.answer(body, from: .openai, for: try openAIRequest())
        #expect(own.usage == TokenUsage())
    }

    @Test func `Ollama's answer becomes either, with an id for its call`() throws {
        let openAI = try answer(Self.ollama, from: .ollama, for: try openAIRequest())
        #expect(openAI.body.text.contains(#""id":"call_0190a0b0111170008000000000000001_0""#))
        #expect(openAI.body.text.contains(#""arguments":"{\"x\":1}""#))
        #expect(openAI.finishReason == "tool_calls")
        #expect(openAI.usage == TokenUsage(output: 7, origin: .provider))
        let anthropic = try answer(Self.ollama, from: .ollama, for: try anthropicRequest())
        #expect(anthropic.body.text.contains(#""input":{"x":1}"#))
        #expect(anthropic.body.text.contains(#""stop_reason":"tool_use""#))
    }

    static let failures: [(WireFamily, String, FailureKind)] = [
        (.openai, "<!DOCTYPE html><html>", .invalidResponse), (.openai, "", .invalidResponse),
        (.openai, "  \n", .invalidResponse), (.openai, "oops", .invalidResponse),
        (.openai, "[]", .invalidResponse), (.openai, "{}", .invalidResponse),
        (.openai, #"{"choices":[]}"#, .invalidResponse),
        (.openai, #"{"choices":[{"message":{"content":"a"#, .cut),
        (.openai, #"{"error":{"code":429,"message":"x"}}"#, .rateLimited),
        (.openai, #"{"error":{"code":401,"message":"x"}}"#, .keyRejected),
        (.openai, #"{"error":{"message":"x"}}"#, .invalidResponse),
        (.openai, #"{"error":"x"}"#, .invalidResponse),
        (.openai, #"{"choices":[{"message":{"content":"a","content":"b"}}]}"#, .invalidResponse),
        (.anthropic, "{}", .invalidResponse), (.anthropic, "[]", .invalidResponse),
        (.anthropic, #"{"type":"error","error":{"type":"overloaded_error"}}"#, .overloaded),
        (.ollama, #"{"error":"x"}"#, .serverError), (.ollama, "{}", .invalidResponse),
        (.ollama, #"{"message":{"content":"a"},"done":false}"#, .cut),
    ]

    @Test("what is no answer is a failure of its kind", arguments: failures)
    func fails(family: WireFamily, body: String, kind: FailureKind) throws {
        let request = family == .anthropic ? try anthropicRequest() : try openAIRequest()
        do throws(ProviderFailure) {
            _ = try answer(body, from: family, for: request)
            Issue.record("accepted")
        } catch {
            #expect(error.kind == kind)
        }
    }

    @Test func `arguments that are no object can't be put into a tool_use block`() throws {
        let body =
            #"{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{x"}}]},"finish_reason":"tool_calls"}]}"#
        let request = try anthropicRequest()
        #expect(throws: ProviderFailure.self) { try answer(body, from: .openai, for: request) }
        _ = try answer(body, from: .openai, for: try openAIRequest())
    }
}
