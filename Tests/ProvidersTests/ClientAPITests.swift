import Events
import Foundation
import JSONBytes
import Testing

@testable import Providers

@Suite("Client APIs")
struct ClientAPITests {
    /// The smallest request for a streamed answer in each API.
    static let requests: [(api: ClientAPI, body: String)] = [
        (
            .chatCompletions,
            #"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
        ),
        (.messages, #"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#),
        (.completions, #"{"model":"m","stream":true,"prompt":"Hi"}"#),
        (.responses, #"{"model":"m","stream":true,"input":"Hi"}"#),
        (.ollamaChat, #"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#),
        (.ollamaGenerate, #"{"model":"m","prompt":"Hi"}"#),
        (.generateContent, #"{"contents":[{"parts":[{"text":"Hi"}]}]}"#),
    ]
    /// Where an API names its model in the address.
    static func address(of api: ClientAPI) -> ModelAddress? {
        api.family == .gemini ? ModelAddress(model: "m", stream: .events) : nil
    }
    static let transcripts: [(WireFamily, String)] = [
        (.openai, Transcripts.openAI), (.openai, Transcripts.openAITools),
        (.anthropic, Transcripts.anthropic), (.ollama, Transcripts.ollama),
    ]

    @Test func `every API for answers has a request here`() {
        // What only passes and a summary of a conversation have forms of their own.
        let known = ClientAPI.allCases.filter { api in
            api.operation != .embeddings && !api.isPassedOnly && api != .compaction
        }
        #expect(Set(known.map(\.self)) == Set(Self.requests.map(\.api)))
    }

    @Test(arguments: requests, transcripts)
    func `a stream is the same wherever the transport cuts it`(
        request: (api: ClientAPI, body: String),
        transcript: (WireFamily, String)
    ) throws {
        let client = try ClientRequest(
            api: request.api,
            body: [UInt8](request.body),
            address: Self.address(of: request.api)
        )
        #expect(client.streamed)
        let whole = run(transcript.1, from: transcript.0, for: client)
        #expect(whole.failure == nil)
        #expect(whole.hasContent)
        let bytes = [UInt8](transcript.1)
        let singly = run(bytes.map { [$0] }, from: transcript.0, for: client)
        #expect(singly == whole)
        for cut in stride(from: 1, to: bytes.count, by: 41) {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            #expect(run(pieces, from: transcript.0, for: client) == whole)
        }
    }

    @Test(arguments: requests, transcripts)
    func `a stream that ends early is a failure and has no end`(
        request: (api: ClientAPI, body: String),
        transcript: (WireFamily, String)
    ) throws {
        let client = try ClientRequest(
            api: request.api,
            body: [UInt8](request.body),
            address: Self.address(of: request.api)
        )
        let half = transcript.1.prefix(transcript.1.count / 2)
        let result = run(String(half), from: transcript.0, for: client)
        #expect(result.failure == .cut)
        #expect(result.terminator == "")
    }

    @Test func `the lines of an Ollama client are those of the provider's pieces`() throws {
        let client = try ClientRequest(
            api: .ollamaChat,
            body: [UInt8](#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#)
        )
        let result = run(Transcripts.openAITools, from: .openai, for: client)
        func line(_ message: String, _ end: String = #""done":false"#) -> String {
            #"{"model":"m-1","created_at":"2025-11-21T04:40:00Z","message":\#(message),\#(end)}"#
                .canonical
        }
        let calls =
            #"[{"id":"call_a","function":{"name":"weather","arguments":{"city":"Köln"}}},"#
            + #"{"id":"call_b","function":{"name":"time","arguments":{}}}]"#
        let lines = result.output.split(separator: "\n").map { String($0).canonical }
        let time = try #require(lines.first).contains("04:40:00.000000Z")
        #expect(
            lines.map { time ? $0.replacing(":00.000000Z", with: ":00Z") : $0 } == [
                line(#"{"role":"assistant","content":"Let me see."}"#),
                line(#"{"role":"assistant","content":"","tool_calls":\#(calls)}"#),
            ]
        )
        let end = try JSONSlice(validating: [UInt8](result.terminator))
        #expect(try end.member("done")?.bool == true)
        #expect(try end.member("done_reason")?.string == "stop")
        #expect(try end.member("prompt_eval_count")?.int == 20)
        #expect(try end.member("eval_count")?.int == 9)
        #expect(result.terminator.hasSuffix("}\n"))
    }

    @Test func `calls whose pieces are mixed come out whole in a response`() throws {
        func delta(_ calls: String) -> String {
            #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[\#(calls)]}}]}"#
                + "\n\n"
        }
        let transcript =
            delta(#"{"index":0,"id":"a","function":{"name":"one","arguments":"{\"x\":"}}"#)
            + delta(#"{"index":1,"id":"b","function":{"name":"two","arguments":"{\"y\":"}}"#)
            + delta(#"{"index":0,"function":{"arguments":"1}"}}"#)
            + delta(#"{"index":1,"function":{"arguments":"2}"}}"#)
            + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#
            + "\n\ndata: [DONE]\n\n"
        let client = try ClientRequest(
            api: .responses,
            body: [UInt8](#"{"model":"m","stream":true,"input":"Hi"}"#)
        )
        var stream = AnswerStream(from: .openai, for: client, as: identity)
        var output: [UInt8] = []
        try stream.consume([UInt8](transcript), into: &output)
        let response = try JSONSlice(validating: try #require(stream.response))
        let items = try #require(try response.member("output")).elements.map(\.self)
        let arguments = try items.map { try $0.member("arguments")?.string }
        #expect(arguments == [#"{"x":1}"#, #"{"y":2}"#])
        #expect(try items.map { try $0.member("call_id")?.string } == ["a", "b"])
    }

    /// A chunk as Together sends it: the text as a completion's, and as a chat's.
    @Test func `text that a chunk says twice is read once`() throws {
        let chunk =
            #"data: {"choices":[{"index":0,"text":"ABC","delta":{"role":"assistant","content":"ABC"}}]}"#
        let end = #"data: {"choices":[{"index":0,"text":"","delta":{},"finish_reason":"stop"}]}"#
        let client = try ClientRequest(
            api: .messages,
            body: [UInt8](
                #"{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#
            )
        )
        var stream = AnswerStream(from: .openai, for: client, as: identity)
        var output: [UInt8] = []
        try stream.consume([UInt8](chunk + "\n\n" + end + "\n\ndata: [DONE]\n\n"), into: &output)
        #expect(output.text.components(separatedBy: "ABC").count == 2)
        #expect(stream.outputTextBytes == 3)
    }

    /// A body of Ollama's with one member more, and what is left out for others.
    static let ollamaMembers: [(String, [String], [String])] = [
        ("", [], []),
        (
            #""keep_alive":"5m","options":{"num_ctx":8192}"#, ["keep_alive", "options.num_ctx"],
            ["keep_alive", "options.num_ctx"]
        ),
        (#""options":{"seed":1}"#, [], ["options.seed"]),
        (#""options":{"top_k":40}"#, ["options.top_k"], []),
        (#""options":{"temperature":1.5}"#, [], ["options.temperature"]),
        (
            #""options":{"mirostat":2,"num_predict":-1,"repeat_penalty":1.3}"#,
            ["options.mirostat", "options.repeat_penalty"],
            ["options.mirostat", "options.repeat_penalty"]
        ),
        (#""format":"json""#, [], []),
        (#""format":"""#, [], []),
        (#""think":"wild""#, ["think"], ["think"]),
        (#""think":false"#, ["think"], []),
        (#""brand_new":1,"other":null"#, ["brand_new"], ["brand_new"]),
    ]

    @Test(arguments: ollamaMembers)
    func `what only Ollama can be told is dropped by name`(
        members: String,
        openAI: [String],
        anthropic: [String]
    ) throws {
        let client = try Self.ollamaChat(members)
        #expect(client.droppedHints(to: .openai) == openAI)
        #expect(client.droppedHints(to: .anthropic) == anthropic)
        #expect(client.droppedHints(to: .ollama) == [])
        #expect(client.obstacles(to: .openai) == [])
    }

    @Test(arguments: [
        #""format":"yaml""#, #""template":"{{ .Prompt }}""#, #""raw":true"#, #""logprobs":true"#,
    ])
    func `what changes the answer and only Ollama knows excludes the others`(
        member: String
    ) throws {
        let client = try Self.ollamaChat(member)
        let name = try #require(member.split(separator: "\"").first)
        #expect(client.obstacles(to: .openai) == [String(name)])
        #expect(client.obstacles(to: .ollama) == [])
    }

    private static func ollamaChat(_ members: String) throws -> ClientRequest {
        let start = #"{"model":"m","messages":[{"role":"user","content":"Hi"}]"#
        let body = start + (members.isEmpty ? "" : "," + members) + "}"
        return try ClientRequest(api: .ollamaChat, body: [UInt8](body))
    }

    @Test func `an Ollama is told the context that a client leaves open, and no other`() throws {
        let options = BodyOptions(outputLimit: 99, contextTokens: 4_096)
        func sent(_ members: String) throws -> String {
            let body = #"{"model":"a","messages":[]\#(members)}"#
            let client = try ClientRequest(api: .ollamaChat, body: [UInt8](body))
            return try client.upstreamBody(for: .ollama, model: "b", options: options).canonical
        }
        #expect(
            try sent("")
                == #"{"model":"b","messages":[],"options":{"num_ctx":4096,"num_predict":99}}"#
                .canonical
        )
        #expect(
            try sent(#","options":{"num_ctx":512,"num_predict":7,"mirostat":1}"#)
                == #"{"model":"b","messages":[],"options":{"num_ctx":512,"num_predict":7,"mirostat":1}}"#
                .canonical
        )
    }

    @Test func `a request's size is measured in every API`() throws {
        let text = String(repeating: "word ", count: 20)
        let bodies: [(ClientAPI, String)] = [
            (.completions, #"{"model":"m","prompt":"\#(text)"}"#),
            (.responses, #"{"model":"m","input":"\#(text)"}"#),
            (
                .responses,
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"\#(text)"}]}]}"#
            ),
            (.ollamaChat, #"{"model":"m","messages":[{"role":"user","content":"\#(text)"}]}"#),
            (.ollamaGenerate, #"{"model":"m","prompt":"\#(text)"}"#),
            (.embeddings, #"{"model":"m","input":["\#(text)"]}"#),
            (
                .embeddings,
                #"{"model":"m","input":[\#((1...25).map(String.init).joined(separator: ","))]}"#
            ),
            (.ollamaEmbed, #"{"model":"m","input":"\#(text)"}"#),
            (.ollamaEmbeddings, #"{"model":"m","prompt":"\#(text)"}"#),
            (.generateContent, #"{"contents":[{"role":"user","parts":[{"text":"\#(text)"}]}]}"#),
            (.generateContent, #"{"contents":{"parts":{"text":"\#(text)"}}}"#),
            (.embedContent, #"{"content":{"parts":[{"text":"\#(text)"}]}}"#),
            (.batchEmbedContents, #"{"requests":[{"content":{"parts":[{"text":"\#(text)"}]}}]}"#),
        ]
        for (api, body) in bodies {
            let client = try ClientRequest(
                api: api,
                body: [UInt8](body),
                address: Self.address(of: api)
            )
            #expect(client.promptTextBytes == 100, "\(api) \(body)")
            #expect(client.messageCount == 1)
            #expect(client.needs.contains(.embeddings) == (api.operation == .embeddings))
            if api.operation == .generation { #expect(client.instruction.count == 100) }
        }
    }

    @Test func `vectors come in the order of their texts, not of the list`() throws {
        let answer = #"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]}"#
        let client = try ClientRequest(
            api: .ollamaEmbed,
            body: [UInt8](#"{"model":"m","input":["a","b"]}"#)
        )
        let read = try Answer(body: [UInt8](answer), from: .openai, for: client, as: identity)
        let expected =
            #"{"model":"asked-model","embeddings":[[1],[2]],"total_duration":1,"load_duration":0,"#
            + #""prompt_eval_count":1}"#
        #expect(read.body.text == expected)
        #expect(read.usage == TokenUsage())
    }

    @Test(arguments: [
        (#"{"error":{"message":"overloaded","type":"overloaded_error"}}"#, FailureKind.overloaded),
        ("<html>", .invalidResponse), ("{", .cut), (#"{"data":[]}"#, .invalidResponse),
        (#"{"data":[{"index":0,"embedding":"AAAA"}]}"#, .invalidResponse),
    ])
    func `what is no list of vectors is a failure`(body: String, kind: FailureKind) throws {
        let client = try ClientRequest(
            api: .ollamaEmbed,
            body: [UInt8](#"{"model":"m","input":"a"}"#)
        )
        do throws(ProviderFailure) {
            _ = try Answer(body: [UInt8](body), from: .openai, for: client, as: identity)
            Issue.record("it was read")
        } catch {
            #expect(error.kind == kind)
        }
    }
}
