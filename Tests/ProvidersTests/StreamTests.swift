import Events
import Foundation
import Providers
import Testing

@Suite("Streams within a family")
struct StreamTests {
    private let asked = #""stream":true,"stream_options":{"include_usage":true}"#

    /// What passes of the OpenAI transcript when the client asked for usage.
    private var openAIBody: String {
        String(Transcripts.openAI.dropLast("data: [DONE]\n\n".count))
    }

    private let usage = TokenUsage(
        input: 60,
        output: 7,
        cachedInput: 40,
        reasoning: 3,
        origin: .provider
    )

    @Test func `OpenAI passes byte for byte, its end held back`() throws {
        let result = run(Transcripts.openAI, from: .openai, for: try openAIRequest(asked))
        #expect(result.output == openAIBody)
        #expect(result.terminator == "data: [DONE]\n\n")
        #expect(result.failure == nil)
        #expect(result.usage == usage)
        #expect(result.finish == "stop")
        #expect(result.model == "m-1")
        #expect(result.receipt == Nanodollars(142_150))
        #expect(result.hasContent)
        #expect(result.outputTextBytes == #"Hé \"日\" \"finish_reason\":\"x\" 😀"#.utf8.count)
    }

    @Test func `usage that only we asked for is not shown`() throws {
        let result = run(
            Transcripts.openAI,
            from: .openai,
            for: try openAIRequest(#""stream":true"#)
        )
        let events = openAIBody.components(separatedBy: "\n\n")
        let expected = events.filter { !$0.contains("\"choices\":[]") }.joined(separator: "\n\n")
        #expect(result.output == expected)
        #expect(result.usage == usage)
    }

    @Test func `usage on a chunk with a choice is shown, and the last one counts`() throws {
        let text = """
            data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

            data: {"choices":[{"delta":{},"finish_reason":"eos"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}

            data: [DONE]


            """
        let result = run(text, from: .openai, for: try openAIRequest(#""stream":true"#))
        #expect(result.usage == TokenUsage(input: 3, output: 2, origin: .provider))
        #expect(result.output + result.terminator == text)
        #expect(result.finish == "stop")
    }

    @Test(arguments: ["data:\n\n", "data: \n\n", "data: \u{0}\n\n", "event: ping\ndata:\n\n"])
    func `an event without data reaches no client, which would take it for JSON`(
        event: String
    ) throws {
        for (text, family, request) in [
            (Transcripts.openAI, WireFamily.openai, try openAIRequest(asked)),
            (Transcripts.anthropic, .anthropic, try anthropicRequest(#""stream":true"#)),
        ] {
            let standard = run(text, from: family, for: request)
            let first = try #require(text.range(of: "\n\n")).upperBound
            let result = run(
                text[..<first] + event + text[first...] + event,
                from: family,
                for: request
            )
            #expect(result.output == standard.output)
            #expect(result.terminator == standard.terminator)
            #expect(result.failure == nil)
        }
    }

    @Test(arguments: ["data:[DONE]", "data:  [DONE]", "data: [DONE] ", "data:\u{0}[DONE]"])
    func `an end with other white space is told as clients look for it`(end: String) throws {
        let result = run(openAIBody + end + "\n\n", from: .openai, for: try openAIRequest(asked))
        #expect(result.output == openAIBody)
        let isDefault = end == "data:[DONE]"
        #expect(result.terminator == (isDefault ? end : "data: [DONE]") + "\n\n")
        #expect(result.failure == nil)
    }

    @Test func `OpenAI's end is none of an Anthropic stream`() throws {
        let request = try anthropicRequest(#""stream":true"#)
        let standard = run(Transcripts.anthropic, from: .anthropic, for: request)
        let stray = "data: [DONE]\n\n"
        let first = try #require(Transcripts.anthropic.range(of: "\n\n")).upperBound
        let within = run(
            Transcripts.anthropic[..<first] + stray + Transcripts.anthropic[first...],
            from: .anthropic,
            for: request
        )
        #expect(within.output == standard.output)
        #expect(within.terminator == standard.terminator)
        #expect(within.usage == standard.usage)
        // Without its own end the answer is not known to be whole.
        let instead = run(
            Transcripts.anthropic[..<first] + stray,
            from: .anthropic,
            for: request
        )
        #expect(instead.failure == .cut)
        #expect(!instead.output.contains("[DONE]"))
    }

    @Test func `Groq's usage is read`() throws {
        let result = run(Transcripts.openAITools, from: .openai, for: try openAIRequest(asked))
        #expect(result.usage == TokenUsage(input: 20, output: 9, origin: .provider))
        #expect(result.finish == "tool_calls")
        #expect(result.output + result.terminator == Transcripts.openAITools)
    }

    @Test func `Anthropic passes byte for byte, unknown events and pings too`() throws {
        let result = run(Transcripts.anthropic, from: .anthropic, for: try anthropicRequest())
        #expect(result.output + result.terminator == Transcripts.anthropic)
        #expect(result.terminator.hasPrefix("event: message_stop\n"))
        #expect(
            result.usage
                == TokenUsage(
                    input: 25,
                    output: 15,
                    cachedInput: 70,
                    cacheWrite: 5,
                    origin: .provider
                )
        )
        #expect(result.finish == "tool_calls")
        #expect(result.model == "c-1")
    }

    @Test func `a comment comes before the end as a line that SSE ignores`() throws {
        let result = run(
            Transcripts.openAI,
            from: .openai,
            for: try openAIRequest(asked),
            comment: "cost 0.1\ndata: x"
        )
        #expect(result.terminator == ": cost 0.1 data: x\n\ndata: [DONE]\n\n")
    }

    static let pairs: [(WireFamily, WireFamily, String)] = [
        (.openai, .openai, Transcripts.openAI), (.openai, .openai, Transcripts.openAITools),
        (.anthropic, .anthropic, Transcripts.anthropic),
        (.openai, .anthropic, Transcripts.openAI), (.openai, .anthropic, Transcripts.openAITools),
        (.anthropic, .openai, Transcripts.anthropic),
        (.ollama, .openai, Transcripts.ollama), (.ollama, .anthropic, Transcripts.ollama),
    ]

    private func request(_ family: WireFamily) throws -> ClientRequest {
        family == .openai ? try openAIRequest(asked) : try anthropicRequest(#""stream":true"#)
    }

    @Test("a stream cut at any byte gives the same", arguments: pairs, [false, true])
    func survivesCuts(pair: (WireFamily, WireFamily, String), isCRLF: Bool) throws {
        let text = isCRLF ? pair.2.replacingOccurrences(of: "\n", with: "\r\n") : pair.2
        let request = try request(pair.1)
        let bytes = [UInt8](text)
        let whole = run([bytes], from: pair.0, for: request)
        #expect(whole.failure == nil)
        for cut in 0...bytes.count {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            #expect(run(pieces, from: pair.0, for: request) == whole, "cut at \(cut)")
        }
        #expect(run(bytes.map { [$0] }, from: pair.0, for: request) == whole)
    }

    @Test("a stream that ends at any byte is cut, and never complete", arguments: pairs)
    func noticesTruncation(pair: (WireFamily, WireFamily, String)) throws {
        let request = try request(pair.1)
        let bytes = [UInt8](pair.2)
        // Complete from the moment that the reason, or the terminal event, is there.
        let marks = ["\"finish_reason\":\"stop\"}]", "\"finish_reason\":\"tool_calls\"}]"]
        let reason = marks.compactMap { pair.2.range(of: $0) }.first
        for end in 0..<bytes.count {
            let result = run([Array(bytes[..<end])], from: pair.0, for: request)
            if result.failure == nil {
                let rest = String(decoding: bytes[end...], as: UTF8.self)
                if pair.0 == .openai, let reason {
                    let needed = pair.2.utf8.distance(
                        from: pair.2.startIndex,
                        to: reason.upperBound
                    )
                    #expect(end >= needed, "complete after \(end) bytes")
                } else {
                    #expect(rest.allSatisfy { $0.isNewline }, "complete although \(rest) lacks")
                }
            } else {
                #expect(result.failure == .cut, "\(end)")
                #expect(result.terminator == "")
                #expect(!result.output.contains("[DONE]"))
                #expect(!result.output.contains("message_stop"))
            }
        }
    }

    @Test func `a reason without the end is complete and gets its end`() throws {
        let text =
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"
        for ending in ["", "\n", "\n\n", "\r\n"] {
            let result = run(text + ending, from: .openai, for: try openAIRequest(asked))
            #expect(result.failure == nil)
            #expect(result.output.hasPrefix(text))
            #expect(result.output.hasSuffix("\n\n") || result.output.hasSuffix("\r\n\n"))
            #expect(result.terminator == "data: [DONE]\n\n")
        }
        let unterminated = run(
            text + "\n\ndata: [DONE]",
            from: .openai,
            for: try openAIRequest(asked)
        )
        #expect(unterminated.terminator == "data: [DONE]\n\n")
    }

    @Test func `data over several lines is one event`() throws {
        let text = """
            data: {"choices":[{"delta":
            data:{"content":"a"},
            data: "finish_reason":"stop"}]}

            data: [DONE]


            """
        let result = run(text, from: .openai, for: try openAIRequest(asked))
        #expect(result.output + result.terminator == text)
        #expect(result.finish == "stop")
        #expect(result.hasContent)
    }

    @Test func `only the answer itself counts as content`() throws {
        let empty = [
            ": c\n\n", "data: {\"choices\":[]}\n\n", "\n\n", "event: x\n\n", "retry: 5\n\n",
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":[]}}]}\n\n",
        ]
        let full = [
            #"{"content":"a"}"#, #"{"reasoning_content":"a"}"#, #"{"refusal":"no"}"#,
            #"{"tool_calls":[{"index":0,"function":{"name":"f"}}]}"#, #"{"audio":{"id":"x"}}"#,
            #"{"function_call":{"name":"f"}}"#,
        ]
        for text in empty {
            let result = run(text, from: .openai, for: try openAIRequest(asked))
            #expect(!result.hasContent, "\(text)")
        }
        for delta in full {
            let text = "data: {\"choices\":[{\"delta\":\(delta)}]}\n\n"
            let result = run(text, from: .openai, for: try openAIRequest(asked))
            #expect(result.hasContent, "\(delta)")
        }
        let events = Transcripts.anthropic.components(separatedBy: "\n\n")
        let preamble = events.prefix(3).joined(separator: "\n\n") + "\n\n"
        let begun = run(preamble, from: .anthropic, for: try anthropicRequest())
        #expect(!begun.hasContent)
    }

    static let failures: [(WireFamily, String, FailureKind)] = [
        (.openai, #"data: {"error":{"code":502,"message":"down"}}"#, .serverError),
        (.openai, #"data: {"error":{"code":429,"message":"slow"},"choices":[]}"#, .rateLimited),
        (.openai, #"data: {"error":{"message":"x","type":"overloaded_error"}}"#, .overloaded),
        (
            .openai, #"data: {"error":{"message":"x","code":"context_length_exceeded"}}"#,
            .contextTooLong
        ),
        (.openai, #"data: {"error":{"message":"odd"}}"#, .invalidResponse),
        (.openai, #"data: {"error":"odd"}"#, .invalidResponse),
        (.openai, #"data: {"choices":[{"delta":{},"finish_reason":"error"}]}"#, .serverError),
        (.openai, "data: {\"choices\":[{]}", .invalidResponse),
        (.openai, "data: {\"choices\":[{\"delta\"", .cut),
        (.openai, "data: <html>", .invalidResponse),
        (.openai, "data: 7", .invalidResponse),
        (.openai, "data: [DONE]", .invalidResponse),
        (.openai, "<html><body>Bad gateway</body></html>", .invalidResponse),
        (.anthropic, "<!DOCTYPE html>\n<html>\n\n</html>\n", .invalidResponse),
        (.openai, #"{"error":{"message":"no","code":"invalid_api_key"}}"#, .keyRejected),
        (.openai, #"{"choices":[]}"#, .invalidResponse),
        (.anthropic, #"{"type":"error","error":{"type":"overloaded_error"}}"#, .overloaded),
        (.openai, "", .cut),
        (
            .anthropic,
            #"data: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
            .overloaded
        ),
        (.anthropic, #"data: {"type":"error","error":{"type":"rate_limit_error"}}"#, .rateLimited),
        (
            .anthropic, #"data: {"type":"error","error":{"type":"authentication_error"}}"#,
            .keyRejected
        ),
        (.anthropic, #"data: {"type":"error","error":{"type":"not_found_error"}}"#, .modelMissing),
        (
            .anthropic, #"data: {"type":"error","error":{"type":"invalid_request_error"}}"#,
            .invalidRequest
        ),
        (.anthropic, #"data: {"type":"error","error":{"type":"api_error"}}"#, .serverError),
        (.anthropic, #"data: {"type":"error","error":{"type":"new_error"}}"#, .invalidResponse),
        (.ollama, #"{"error":"llama runner exited"}"#, .serverError),
        (
            .ollama,
            #"{"error":"input exceeds the context length of the model: exceeds context length"}"#,
            .contextTooLong
        ),
        (.ollama, "<html>", .invalidResponse),
        (.ollama, "{}", .invalidResponse),
    ]

    @Test("an error inside of a stream is a failure of its kind", arguments: failures)
    func fails(family: WireFamily, line: String, kind: FailureKind) throws {
        let client = family == .anthropic ? try anthropicRequest() : try openAIRequest(asked)
        #expect(run(line + "\n\n", from: family, for: client).failure == kind)
    }

    @Test func `"error": null is no error`() throws {
        let text = """
            data: {"error":null,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}

            data: [DONE]


            """
        #expect(run(text, from: .openai, for: try openAIRequest(asked)).failure == nil)
    }

    @Test func `what comes after the end is ignored`() throws {
        let text = Transcripts.openAI + "data: {\"error\":{\"code\":500}}\n\nrubbish"
        let result = run(text, from: .openai, for: try openAIRequest(asked))
        #expect(result.failure == nil)
        #expect(result.output == openAIBody)
    }

    @Test func `an event over the limit is a failure, one below it is not`() throws {
        let limit = 1_000
        let start = "data: {\"choices\":[{\"delta\":{\"content\":\""
        let end = "\"},\"finish_reason\":\"stop\"}]}\n\n"
        let room = limit - start.utf8.count - end.utf8.count
        func failure(_ text: String) throws -> FailureKind? {
            var stream = AnswerStream(
                from: .openai,
                for: try openAIRequest(asked),
                as: identity,
                eventLimit: limit
            )
            var output: [UInt8] = []
            do throws(ProviderFailure) {
                for piece in [UInt8](text).chunks(of: 64) {
                    try stream.consume(piece, into: &output)
                }
                try stream.finish(into: &output)
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(try failure(start + String(repeating: "a", count: room) + end) == nil)
        #expect(
            try failure(start + String(repeating: "a", count: room + 1) + end) == .invalidResponse
        )
        #expect(try failure(String(repeating: "a", count: 3_000)) == .invalidResponse)
        #expect(try failure("{" + String(repeating: " ", count: 3_000)) == .invalidResponse)
    }

    @Test func `whole events before a failure are kept`() throws {
        let good = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
        let result = run(
            good + "data: {\"error\":{\"code\":500,\"message\":\"x\"}}\n\n",
            from: .openai,
            for: try openAIRequest(asked)
        )
        #expect(result.output == good)
        #expect(result.hasContent)
        #expect(result.failure == .serverError)
    }
}
