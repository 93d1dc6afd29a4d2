import Events
import Foundation
import JSONBytes
import Providers
import Testing

@Suite("Client requests")
struct RequestTests {
    @Test(arguments: [
        ("", 2), (#""stop":["{\"a\"","{ \"","{}"]"#, 2), (#""metadata":{ "a":"{a"}"#, 3),
    ])
    func `the objects of a body are counted, not the braces in its texts`(
        members: String,
        count: Int
    ) throws {
        #expect(try openAIRequest(members).objectCount == count)
    }

    static let broken: [(WireFamily, String, String?, String)] = [
        (.openai, "", nil, "the body is not valid JSON: the text ends too early at byte 0"),
        (.openai, "{\"model\":}", nil, "the body is not valid JSON: expected a value at byte 9"),
        (.openai, "[]", "", "the body must be a JSON object (at byte 0)"),
        (.openai, "{}", "model", "model is missing: name a model, or 'auto'"),
        (.openai, #"{"model":null}"#, "model", "model is missing: name a model, or 'auto'"),
        (.openai, #"{"model":7}"#, "model", "model must be a string (at byte 9)"),
        (.openai, #"{"model":""}"#, "model", "model must be a model's name, or 'auto' (at byte 9)"),
        (.openai, #"{"model":"a"}"#, "messages", "messages is missing"),
        (
            .openai, #"{"model":"a","model":"b"}"#, "model", "duplicate member 'model' at byte 13"
        ),
        (
            .anthropic, #"{"model":"a","messages":[],"messages":[]}"#, "messages",
            "duplicate member 'messages' at byte 27"
        ),
        (
            .openai, #"{"model":"a","messages":{}}"#, "messages",
            "messages must be an array (at byte 24)"
        ),
        (
            .openai, #"{"model":"a","stream":"yes","messages":[{"role":"user"}]}"#, "stream",
            "stream must be true or false (at byte 22)"
        ),
        (
            .openai, #"{"model":"a","messages":[{"role":"user","role":"x"}]}"#, "messages[0].role",
            "duplicate member 'role' at byte 40"
        ),
    ]

    @Test("a request at fault is refused with field and offset", arguments: broken)
    func refuses(family: WireFamily, body: String, field: String?, message: String) {
        do throws(RequestError) {
            _ = try ClientRequest(family: family, body: [UInt8](body))
            Issue.record("accepted")
        } catch {
            #expect(error.message == message)
            #expect(error.field == field)
        }
    }

    @Test(
        arguments: [
            (#""max_tokens":-1"#, nil), (#""max_tokens":0"#, 0), (#""max_tokens":99.5"#, 100),
            (#""max_tokens":1e300"#, Int.max), (#""max_tokens":"many""#, nil),
            (#""max_completion_tokens":-1,"max_tokens":7"#, 7), (#""stream":0,"n":0"#, nil),
            (#""n":-3,"temperature":"hot","tools":{},"metadata":[1],"stream_options":7"#, nil),
            (
                #""response_format":"json","stream":null,"stream_options":{"include_usage":"x"}"#,
                nil
            ),
        ] as [(String, Int?)]
    )
    func `what the provider is to judge is read as far as it goes`(
        members: String,
        limit: Int?
    ) throws {
        let body = #"{"model":"a","messages":[{"role":"x"},7,{"content":{"a":1}}],\#(members)}"#
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        #expect(request.maxOutputTokens == limit)
        #expect(request.choices == 1 && request.needs.isEmpty && !request.streamed)
        #expect(request.messageCount == 3)
        let empty = #"{"model":"a","messages":[]}"#
        #expect(try ClientRequest(family: .openai, body: [UInt8](empty)).messageCount == 0)
    }

    @Test func `an OpenAI request is understood`() throws {
        let body = """
            {"model":"gpt","messages":[{"role":"system","content":"abcd"},
            {"role":"user","content":[{"type":"text","text":"efg"},
            {"type":"image_url","image_url":{"url":"https://x/y.png"}}]}],
            "stream":true,"stream_options":{"include_usage":true},"max_tokens":5,
            "max_completion_tokens":9,"temperature":0.5,"tools":[{"type":"function"}],
            "response_format":{"type":"json_object"},"metadata":{"task":"code-review","n":1}}
            """
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        #expect(request.model == "gpt")
        #expect(request.streamed && request.wantsStreamedUsage)
        #expect(request.maxOutputTokens == 9)
        #expect(request.temperature == 0.5)
        #expect(request.messageCount == 2)
        #expect(request.promptTextBytes == 7)
        #expect(request.toolDefinitionBytes == 21)
        #expect(request.needs == [.tools, .vision, .structuredOutput, .streaming])
        #expect(request.metadata == ["task": "code-review", "n": "1"])
    }

    @Test func `an Anthropic request is understood`() throws {
        let body = """
            {"model":"c","max_tokens":10,"system":[{"type":"text","text":"abc"}],"messages":[
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[
            {"type":"text","text":"defg"},{"type":"image","source":{}}]}]}],
            "metadata":{"user_id":"u1"}}
            """
        let request = try ClientRequest(family: .anthropic, body: [UInt8](body))
        #expect(request.maxOutputTokens == 10)
        #expect(request.promptTextBytes == 7)
        #expect(request.needs == [.vision])
        #expect(request.metadata == ["user_id": "u1"])
        #expect(!request.streamed)
    }

    @Test func `nothing is needed that is absent, empty or null`() throws {
        let request = try openAIRequest(
            #""tools":[],"response_format":{"type":"text"},"stream":null,"stream_options":null"#
        )
        #expect(request.needs == [])
        #expect(!request.streamed)
    }

    @Test func `within the family only the model changes`() throws {
        let body = #"""
            { "model" : "auto",  "messages":[ {"role":"user","content":[{"type":"image_url",
             "image_url":{"url":"data:image/png;base64,AAAA"}} , {"type":"text","text":"\u00e9\/"}]}],
             "tools":[{"type":"function","function":{"name":"model","parameters":{"model":"x"}}}],
             "unknown":{"deep":[1.50,1e3]},"n":2 , "logprobs" :true }
            """#
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        let sent = try request.upstreamBody(for: .openai, model: "real")
        #expect(
            sent.text
                == body.replacingOccurrences(of: #""model" : "auto""#, with: #""model" : "real""#)
        )
        #expect(request.obstacles(to: .openai) == [])
        #expect(request.droppedHints(to: .openai) == [])
    }

    static let spliced: [(String, BodyOptions, String)] = [
        (
            #""stream":true"#, BodyOptions(),
            #""stream":true,"stream_options":{"include_usage":true}"#
        ),
        (
            #""stream":true,"stream_options":{"a":1}"#, BodyOptions(),
            #""stream":true,"stream_options":{"a":1,"include_usage":true}"#
        ),
        (
            #""stream":true,"stream_options":{"include_usage":false,"a":1}"#, BodyOptions(),
            #""stream":true,"stream_options":{"include_usage":true,"a":1}"#
        ),
        (
            #""stream":true,"stream_options":null"#, BodyOptions(),
            #""stream":true,"stream_options":{"include_usage":true}"#
        ),
        (#""stream":true"#, BodyOptions(asksForUsage: false), #""stream":true"#),
        (#""stream":false"#, BodyOptions(), #""stream":false"#),
        (#""x":1"#, BodyOptions(outputLimit: 9), #""x":1,"max_tokens":9"#),
        (#""max_tokens":null"#, BodyOptions(outputLimit: 9), #""max_tokens":9"#),
        (
            #""x":1"#, BodyOptions(outputLimit: 9, limitField: .maxCompletionTokens),
            #""x":1,"max_completion_tokens":9"#
        ),
        (
            #""max_completion_tokens":3"#, BodyOptions(outputLimit: 9),
            #""max_completion_tokens":3"#
        ),
    ]

    @Test("usage and an output limit are spliced in where they lack", arguments: spliced)
    func splices(members: String, options: BodyOptions, expected: String) throws {
        let sent = try openAIRequest(members).upstreamBody(
            for: .openai,
            model: "auto",
            options: options
        )
        #expect(sent == (try openAIRequest(expected)).body)
    }

    @Test func `an Anthropic request is not asked for OpenAI's usage`() throws {
        let request = try anthropicRequest(#""stream":true"#)
        #expect(try request.upstreamBody(for: .anthropic, model: "auto") == request.body)
    }

    @Test(
        "a hostile model name stays a string",
        arguments: WireFamily.allCases
    )
    func escapes(family: WireFamily) throws {
        let hostile = "a\",\"stream\":true,\"x\":\"\n\u{0}\\"
        let sent = try openAIRequest().upstreamBody(for: ProviderDialect(family), model: hostile)
        let root = try JSONSlice(validating: sent)
        if family == .gemini {
            // Its address names the model.
            let url = ProviderEndpoint(family: family, baseURL: "http://x")
                .chatURL(model: hostile, streamed: false)
            #expect(url.allSatisfy { $0.isASCII && !"\"\n\u{0}\\,".contains($0) })
        } else {
            #expect(try root.member("model")?.string == hostile)
        }
        #expect(try root.member("x")?.kind == nil)
    }
}
