import Events
import Providers
import Testing

@Suite("Translated streams")
struct StreamTranslationTests {
    private let asked = #""stream":true,"stream_options":{"include_usage":true}"#

    private func chunk(
        _ id: String,
        _ model: String,
        _ delta: String,
        finish: String = "null"
    ) -> String {
        #"""
        {"id":"\#(id)","object":"chat.completion.chunk","created":1763700000,"model":"\#(model)",
        "choices":[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(finish)}]}
        """#.canonical
    }

    /// The name stands in each of OpenAI's chunks, so that a long one would be sent over and over.
    @Test func `a model's long name is not repeated in every chunk`() throws {
        let name = String(repeating: "m", count: 100_000)
        let result = run(
            Transcripts.anthropic.replacing("c-1", with: name),
            from: .anthropic,
            for: try openAIRequest(asked)
        )
        #expect(result.failure == nil)
        #expect(result.model == String(repeating: "m", count: 256))
        #expect(result.output.utf8.count < 10_000)
    }

    /// A translated answer's id is made of the request's, whatever the provider's is.
    private let ownID = "chatcmpl-0190a0b0111170008000000000000001"

    @Test func `Anthropic becomes OpenAI's chunks`() throws {
        let result = run(Transcripts.anthropic, from: .anthropic, for: try openAIRequest(asked))
        let call =
            #"{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"weather","arguments":""}}]}"#
        #expect(
            dataLines(result.output) == [
                chunk(ownID, "c-1", #"{"role":"assistant","content":""}"#),
                chunk(ownID, "c-1", #"{"content":"Hé 😀\n"}"#),
                chunk(ownID, "c-1", call),
                chunk(
                    ownID,
                    "c-1",
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}"#
                ),
                chunk(
                    ownID,
                    "c-1",
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"\"Köln\"}"}}]}"#
                ),
                chunk(ownID, "c-1", "{}", finish: "\"tool_calls\""),
                #"""
                {"id":"\#(ownID)","object":"chat.completion.chunk","created":1763700000,"model":"c-1","choices":[],
                "usage":{"prompt_tokens":100,"completion_tokens":15,"total_tokens":115,"prompt_tokens_details":{"cached_tokens":70}}}
                """#.canonical,
            ]
        )
        #expect(result.terminator == "data: [DONE]\n\n")
        let unasked = run(
            Transcripts.anthropic,
            from: .anthropic,
            for: try openAIRequest(#""stream":true"#)
        )
        #expect(!unasked.output.contains("usage"))
    }

    @Test func `OpenAI becomes Anthropic's events`() throws {
        let result = run(Transcripts.openAITools, from: .openai, for: try anthropicRequest())
        let expected = [
            #"{"type":"message_start","message":{"id":"msg_0190a0b0111170008000000000000001","type":"message","role":"assistant","model":"m-1","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Let me see."}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_a","name":"weather","input":{}}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":"}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"Köln\"}"}}"#,
            #"{"type":"content_block_stop","index":1}"#,
            #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_b","name":"time","input":{}}}"#,
            #"{"type":"content_block_stop","index":2}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":20,"output_tokens":9}}"#,
        ]
        #expect(dataLines(result.output) == expected.map(\.canonical))
        #expect(
            result.terminator == "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        )
        #expect(result.output.hasPrefix("event: message_start\ndata: {"))
    }

    @Test func `usage that comes after the reason reaches Anthropic's client`() throws {
        let result = run(Transcripts.openAI, from: .openai, for: try anthropicRequest())
        let last = try #require(dataLines(result.output).last)
        #expect(
            last
                == #"""
                {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},
                "usage":{"input_tokens":60,"cache_read_input_tokens":40,"output_tokens":7}}
                """#.canonical
        )
    }

    /// The SDK needs numbers; "Hi" and 21 bytes of tools are 23 bytes, the answer's text is 9.
    @Test func `an Anthropic client is told an estimate where usage is missing`() throws {
        let tools = #""tools":[{"name":"f","x":[]}]"#
        let request = try anthropicRequest(tools)
        #expect(request.promptTextBytes + request.toolDefinitionBytes == 23)
        let text =
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hello you\"},\"finish_reason\":\"stop\"}]}\n\n"
        let result = run(text, from: .openai, for: request)
        let last = try #require(dataLines(result.output).last)
        #expect(last.contains(#""usage":{"input_tokens":6,"output_tokens":3}"#))
        #expect(result.usage == TokenUsage())
        let half =
            #"{"model":"q","message":{"content":"a"},"done":true,"done_reason":"stop","eval_count":5}"#
        let ollama = run(half, from: .ollama, for: request)
        #expect(ollama.output.contains(#""usage":{"input_tokens":6,"output_tokens":5}"#))
        #expect(ollama.usage == TokenUsage(output: 5, origin: .provider))
    }

    @Test func `Ollama becomes OpenAI's chunks, with ids of our own`() throws {
        let result = run(Transcripts.ollama, from: .ollama, for: try openAIRequest(asked))
        let id = "0190a0b0111170008000000000000001"
        let name = "chatcmpl-" + id
        #expect(
            dataLines(result.output) == [
                chunk(name, "q:7b", #"{"role":"assistant","content":""}"#),
                chunk(name, "q:7b", #"{"reasoning_content":"Hm."}"#),
                chunk(name, "q:7b", #"{"content":"Hé 日 "}"#),
                chunk(
                    name,
                    "q:7b",
                    #"{"tool_calls":[{"index":0,"id":"call_\#(id)_0","type":"function","function":{"name":"weather","arguments":""}}]}"#
                ),
                chunk(
                    name,
                    "q:7b",
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Köln \\\"x\\\"\"}"}}]}"#
                ),
                chunk(
                    name,
                    "q:7b",
                    #"{"tool_calls":[{"index":1,"id":"call_\#(id)_1","type":"function","function":{"name":"time","arguments":""}}]}"#
                ),
                chunk(name, "q:7b", #"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#),
                chunk(name, "q:7b", "{}", finish: "\"tool_calls\""),
                #"""
                {"id":"\#(name)","object":"chat.completion.chunk","created":1763700000,"model":"q:7b","choices":[],
                "usage":{"prompt_tokens":11,"completion_tokens":6,"total_tokens":17}}
                """#.canonical,
            ]
        )
    }

    @Test func `Ollama becomes Anthropic's events`() throws {
        let result = run(Transcripts.ollama, from: .ollama, for: try anthropicRequest())
        let types = result.output.split(separator: "\n").filter { $0.hasPrefix("event: ") }
        let block = ["content_block_start", "content_block_delta", "content_block_stop"]
        #expect(
            types.map { String($0.dropFirst(7)) }
                == ["message_start"] + block + block + block + block + ["message_delta"]
        )
        #expect(result.output.contains(#""thinking":"Hm.""#))
    }

    @Test func `Ollama's prompt count may be absent, and is unknown then`() throws {
        let text =
            #"{"model":"q","message":{"content":"a"},"done":true,"done_reason":"length","eval_count":3}"#
        let result = run(text, from: .ollama, for: try openAIRequest(asked))
        #expect(result.failure == nil)
        #expect(result.usage == TokenUsage(output: 3, origin: .provider))
        #expect(result.finish == "length")
    }

    @Test func `a call that a server ends with stop is told as a call`() throws {
        let text = Transcripts.openAITools.replacing("\"tool_calls\"}],", with: "\"stop\"}],")
        let result = run(text, from: .openai, for: try anthropicRequest())
        #expect(result.finish == "stop")
        #expect(result.output.contains("\"stop_reason\":\"tool_use\""))
    }

    static let reasons: [(String, String)] = [
        ("stop", "end_turn"), ("length", "max_tokens"), ("tool_calls", "tool_use"),
        ("content_filter", "refusal"), ("eos", "end_turn"), ("weird", "end_turn"),
    ]

    @Test("OpenAI's reasons have Anthropic's words", arguments: reasons)
    func mapsReasons(openAI: String, anthropic: String) throws {
        let text =
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"\(openAI)\"}]}\n\n"
        let result = run(text, from: .openai, for: try anthropicRequest())
        #expect(result.output.contains("\"stop_reason\":\"\(anthropic)\""))
    }

    static let anthropicReasons: [(String, String)] = [
        ("end_turn", "stop"), ("max_tokens", "length"), ("tool_use", "tool_calls"),
        ("refusal", "content_filter"), ("stop_sequence", "stop"), ("pause_turn", "stop"),
        ("model_context_window_exceeded", "length"),
    ]

    @Test("Anthropic's reasons have OpenAI's words", arguments: anthropicReasons)
    func mapsBack(anthropic: String, openAI: String) throws {
        let text = """
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"\(anthropic)","stop_sequence":null}}

            event: message_stop
            data: {"type":"message_stop"}


            """
        let result = run(text, from: .anthropic, for: try openAIRequest(asked))
        #expect(result.output.contains("\"finish_reason\":\"\(openAI)\""))
    }
}
