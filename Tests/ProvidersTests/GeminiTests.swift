import Events
import Providers
import Testing

@Suite("Gemini")
struct GeminiTests {
    @Test func `OpenAI becomes Gemini`() throws {
        let request = try ClientRequest(family: .openai, body: [UInt8](TranslationTests.openAI))
        #expect(request.obstacles(to: .gemini) == [])
        #expect(
            request.droppedHints(to: .gemini) == ["metadata", "tools[0].function.strict", "user"]
        )
        let sent = try request.upstreamBody(for: .gemini, model: "gemini-x")
        let expected = #"""
            {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be\nkind."}]},"contents":[
            {"role":"user","parts":[{"text":"What is \"this\"?"},
             {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},
            {"role":"model","parts":[{"text":"Looking."},
             {"functionCall":{"name":"look","args":{"at":"Köln"}},"thoughtSignature":"skip_thought_signature_validator"},
             {"functionCall":{"name":"wait","args":{}},"thoughtSignature":"skip_thought_signature_validator"}]},
            {"role":"user","parts":[{"functionResponse":{"name":"look","response":{"output":"a cat"}}},
             {"functionResponse":{"name":"wait","response":{"output":"done"}}},{"text":"And?"}]}],
            "tools":[{"functionDeclarations":[{"name":"look","description":"Looks",
             "parametersJsonSchema":{"type":"object","properties":{}}},{"name":"wait"}]}],
            "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
            "generationConfig":{"maxOutputTokens":50,"temperature":0.70,"topP":0.9,"stopSequences":["END","\n"]}}
            """#
        #expect(sent.canonical == expected.canonical)
        #expect(sent.text.contains("\"temperature\":0.70"))
    }

    @Test func `sampling, schemas and forced tools are said in Gemini's words`() throws {
        let request = try openAIRequest(
            #"""
            "seed":7,"top_k":3,"frequency_penalty":0.5,"presence_penalty":1,"temperature":1.5,
            "tools":[{"type":"function","function":{"name":"f"}}],
            "tool_choice":{"type":"function","function":{"name":"f"}},
            "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}}
            """#
        )
        #expect(request.obstacles(to: .gemini) == [])
        let sent = try request.upstreamBody(for: .gemini, model: "m")
        let expected = #"""
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}],
            "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
            "generationConfig":{"seed":7,"topK":3,"frequencyPenalty":0.5,"presencePenalty":1,"temperature":1.5,
            "responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}}
            """#
        #expect(sent.canonical == expected.canonical)
    }

    @Test func `what Gemini can't be told is an obstacle by name`() throws {
        let body = #"""
            {"model":"m","messages":[{"role":"user","content":[
            {"type":"image_url","image_url":{"url":"https://x/y.png"}}]},{"role":"system","content":"late"}],
            "parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f"}}],"logprobs":true}
            """#
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        #expect(
            request.obstacles(to: .gemini) == [
                "logprobs", "messages[0].content[0].image_url.url",
            ]
        )
    }

    static let whole = #"""
        {"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true},{"text":"See "},{"text":"there."},
        {"functionCall":{"name":"weather","args":{"city":"Köln"}},"thoughtSignature":"c2ln"}],"role":"model"},
        "finishReason":"STOP","index":0}],
        "usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":30,
        "cachedContentTokenCount":40,"totalTokenCount":150},"modelVersion":"gemini-x-001","responseId":"r1"}
        """#

    private func answer(_ body: String) throws -> Answer {
        try Answer(body: [UInt8](body), from: .gemini, for: openAIRequest(), as: identity)
    }

    @Test func `a whole answer becomes a completion`() throws {
        let answer = try answer(Self.whole)
        #expect(
            answer.usage
                == TokenUsage(
                    input: 60,
                    output: 50,
                    cachedInput: 40,
                    reasoning: 30,
                    origin: .provider
                )
        )
        #expect(answer.model == "gemini-x-001")
        #expect(answer.finishReason == "tool_calls")
        let text = answer.body.text
        #expect(text.contains(#""content":"See there.""#))
        #expect(text.contains(#""arguments":"{\"city\":\"Köln\"}""#))
        #expect(text.contains(#""reasoning_tokens":30"#))
    }

    @Test(arguments: [
        ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"), ("PROHIBITED_CONTENT", "content_filter"),
        ("SPII", "content_filter"), ("BLOCKLIST", "content_filter"), ("OTHER", "OTHER"),
    ])
    func `each end has its word`(word: String, name: String) throws {
        let body =
            #"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"\#(word)"}]}"#
        #expect(try answer(body).finishReason == name)
    }

    @Test func `a blocked prompt is an answer without text, filtered`() throws {
        let answer = try answer(
            #"""
            {"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8}}
            """#
        )
        #expect(answer.finishReason == "content_filter")
        #expect(answer.usage == TokenUsage(input: 8, output: 0, origin: .provider))
        #expect(answer.outputTextBytes == 0)
    }

    /// Zeros are left out, so an answer of thoughts alone has no count of its own.
    @Test(
        arguments: [
            (#"{"promptTokenCount":5,"thoughtsTokenCount":9,"totalTokenCount":14}"#, 5, 9),
            (#"{"promptTokenCount":5,"totalTokenCount":5}"#, 5, 0),
            (#"{"promptTokenCount":5}"#, 5, nil),
            (#"{"candidatesTokenCount":3,"totalTokenCount":3}"#, 0, 3),
            (
                #"{"promptTokenCount":5,"toolUsePromptTokenCount":7,"candidatesTokenCount":1}"#, 12,
                1
            ),
            (#"{}"#, nil, nil),
        ] as [(String, Int?, Int?)]
    )
    func `counts that are left out are zero where the sum says so`(
        usage: String,
        input: Int?,
        output: Int?
    ) throws {
        let body = #"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":\#(usage)}"#
        let answer = try answer(body)
        #expect(answer.usage.input == input)
        #expect(answer.usage.output == output)
    }

    static let noAnswers: [(String, FailureKind)] = [
        (#"{}"#, .invalidResponse), (#"[]"#, .invalidResponse), (#""x""#, .invalidResponse),
        (#"{"candidates":[]}"#, .cut),
        (#"{"candidates":[{"content":{"parts":[{"text":"half"}]}}]}"#, .cut),
        (#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#, .malformedOutput),
        (#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#, .overloaded),
        (#"[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]"#, .rateLimited),
    ]

    @Test("what is no answer is a failure", arguments: noAnswers)
    func refuses(body: String, kind: FailureKind) throws {
        do {
            _ = try answer(body)
            Issue.record("accepted")
        } catch let failure as ProviderFailure {
            #expect(failure.kind == kind)
        }
    }

    static let stream = """
        data: {"candidates":[{"content":{"parts":[{"text":"Hé \\"日\\" "}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-x","responseId":"r"}

        data: {"candidates":[{"content":{"parts":[{"text":"😀"},{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g"}}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"gemini-x","responseId":"r"}

        data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":16},"modelVersion":"gemini-x","responseId":"r"}


        """

    private let asked = #""stream":true,"stream_options":{"include_usage":true}"#

    @Test func `a stream becomes OpenAI's chunks, cut wherever`() throws {
        let bytes = [UInt8](Self.stream)
        let request = try openAIRequest(asked)
        let expected = run([bytes], from: .gemini, for: request)
        #expect(expected.failure == nil)
        #expect(expected.usage == TokenUsage(input: 9, output: 7, reasoning: 3, origin: .provider))
        #expect(expected.finish == "tool_calls")
        #expect(expected.terminator == "data: [DONE]\n\n")
        let lines = dataLines(expected.output)
        #expect(lines.contains { $0.contains(#""content":"Hé \"日\" ""#) })
        #expect(lines.contains { $0.contains(#""arguments":"{\"a\":1}""#) })
        #expect(lines.contains { $0.contains(#""index":1"#) && $0.contains(#""name":"g""#) })
        #expect(lines.last?.contains(#""completion_tokens":7"#) == true)
        for place in bytes.indices.dropFirst() {
            let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
            #expect(run(pieces, from: .gemini, for: request) == expected)
        }
        #expect(run(bytes.map { [$0] }, from: .gemini, for: request) == expected)
    }

    @Test func `a stream that is cut before its finish reason is a failure, wherever`() throws {
        let bytes = [UInt8](Self.stream)
        let request = try openAIRequest(asked)
        let last = try #require(Self.stream.ranges(of: "data: ").last)
        let end = Self.stream.utf8.distance(from: Self.stream.startIndex, to: last.lowerBound)
        for place in stride(from: 0, through: end, by: 7) {
            let result = run([Array(bytes[..<place])], from: .gemini, for: request)
            #expect(result.failure == .cut)
            #expect(result.terminator == "")
        }
    }

    @Test func `what a cut stream did not count is unknown, not zero`() throws {
        let begun = Self.stream.prefix { $0 != "\n" } + "\n\n"
        let result = run(String(begun), from: .gemini, for: try openAIRequest(asked))
        #expect(result.failure == .cut)
        #expect(result.usage.input == 9)
        #expect(result.usage.output == nil)
        #expect(result.outputTextBytes > 0)
    }

    @Test func `an error inside of a stream is the failure`() throws {
        let error =
            "data: {\"error\":{\"code\":500,\"message\":\"oh\",\"status\":\"INTERNAL\"}}\n\n"
        let begun = Self.stream.prefix { $0 != "\n" } + "\n\n"
        let result = run(begun + error, from: .gemini, for: try openAIRequest(asked))
        #expect(result.failure == .serverError)
        #expect(result.hasContent)
    }

    @Test func `Anthropic's clients get Gemini's answers as messages`() throws {
        let answer = try Answer(
            body: [UInt8](Self.whole),
            from: .gemini,
            for: anthropicRequest(),
            as: identity
        )
        let text = answer.body.text
        #expect(text.contains(#""type":"tool_use""#))
        #expect(text.contains(#""input":{"city":"Köln"}"#))
        #expect(text.contains(#""cache_read_input_tokens":40"#))
        let stream = run(Self.stream, from: .gemini, for: try anthropicRequest(#""stream":true"#))
        #expect(stream.failure == nil)
        #expect(stream.output.contains("event: message_start"))
        #expect(stream.terminator.hasPrefix("event: message_stop"))
    }

    static let errors: [(Int, String, FailureKind, Int?)] = [
        (
            400,
            #"""
            {"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT",
            "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}
            """#, .keyRejected, nil
        ),
        (
            400,
            #"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
            .keyRejected, nil
        ),
        (
            400,
            #"{"error":{"code":400,"message":"The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
            .contextTooLong, nil
        ),
        (
            400, #"{"error":{"code":400,"message":"Unknown name","status":"INVALID_ARGUMENT"}}"#,
            .invalidRequest, nil
        ),
        (
            404, #"{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}"#,
            .modelMissing, nil
        ),
        (
            429,
            #"""
            {"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}]}}
            """#, .rateLimited, 34
        ),
        (
            503,
            #"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#,
            .overloaded, nil
        ),
        (500, #"[{"error":{"code":500,"message":"x","status":"INTERNAL"}}]"#, .serverError, nil),
    ]

    @Test("Google's errors have their kinds", arguments: errors)
    func classifies(status: Int, body: String, kind: FailureKind, seconds: Int?) {
        let failure = ProviderFailure.classify(
            status: status,
            headers: { _ in nil },
            body: [UInt8](body),
            family: .gemini,
            now: Timestamp(microseconds: 0)
        )
        #expect(failure.kind == kind)
        #expect(failure.retryAfter?.components.seconds == seconds.map(Int64.init))
    }

    @Test func `a refusal tells of a day that is used up, and not of a minute`() {
        func body(_ quota: String) -> [UInt8] {
            [UInt8](
                #"""
                {"error":{"code":429,"message":"quota","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure",
                "violations":[{"quotaMetric":"m","quotaId":"\#(quota)-FreeTier","quotaValue":"250"}]}]}}
                """#
            )
        }
        let day = RateLimitSnapshot.read(
            refusal: body("GenerateRequestsPerDayPerProjectPerModel"),
            family: .gemini
        )
        #expect(day.map(\.kind) == [.requestsPerDay])
        #expect(day.first?.limit == 250)
        #expect(day.first?.remaining == 0)
        let minute = body("GenerateRequestsPerMinutePerProjectPerModel")
        #expect(RateLimitSnapshot.read(refusal: minute, family: .gemini) == [])
        #expect(RateLimitSnapshot.read(refusal: [UInt8]("<html>"), family: .gemini) == [])
    }
}
