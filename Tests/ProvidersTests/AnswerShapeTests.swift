import Events
import Testing

@testable import Providers

/// What servers of OpenAI's family put where a string is expected; what is there is never nothing.
@Suite("Shapes of answers")
struct AnswerShapeTests {
    /// The message of a choice, and what an Anthropic client is told of it.
    static let messages: [(message: String, content: String)] = [
        (#"{"content":"four"}"#, #"[{"text":"four","type":"text"}]"#),
        (#"{"content":["fo",{"type":"text","text":"ur"}]}"#, #"[{"text":"four","type":"text"}]"#),
        (#"{"content":{"type":"text","text":"four"}}"#, #"[{"text":"four","type":"text"}]"#),
        (
            #"{"content":[{"type":"text","text":{"value":"four"}}]}"#,
            #"[{"text":"four","type":"text"}]"#
        ),
        (
            #"{"content":[{"type":"output_text","text":"four"}]}"#,
            #"[{"text":"four","type":"text"}]"#
        ),
        (#"{"content":4}"#, #"[{"text":"4","type":"text"}]"#),
        (#"{"content":{"a":1,"b":2}}"#, #"[{"text":"{\"a\":1,\"b\":2}","type":"text"}]"#),
        (#"{"content":null,"refusal":"no"}"#, #"[{"text":"no","type":"text"}]"#),
        (#"{"content":[{"type":"refusal","refusal":"no"}]}"#, #"[{"text":"no","type":"text"}]"#),
        (
            #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"four"}]}"#,
            #"[{"signature":"","thinking":"hm","type":"thinking"},{"text":"four","type":"text"}]"#
        ),
        (
            #"{"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"type":"text","text":"four"}]}"#,
            #"[{"signature":"","thinking":"hm","type":"thinking"},{"text":"four","type":"text"}]"#
        ),
        (
            #"{"content":"four","images":[{"type":"image_url","image_url":{"url":"https://x.test/a.png"}}]}"#,
            #"[{"text":"four![picture](https://x.test/a.png)","type":"text"}]"#
        ),
        (
            #"{"content":null,"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}"#,
            #"[{"text":"[picture of 26 bytes (image/png), which this API has no word for]","type":"text"}]"#
        ),
    ]

    @Test("text is read in every shape", arguments: messages)
    func textShape(message: String, content: String) throws {
        #expect(try anthropic(choice: message).members("content") == content)
    }

    /// The same reasoning under every name; where several say it, it is said once.
    @Test(arguments: [
        #""reasoning_content":"hm""#, #""reasoning":"hm""#, #""thinking":"hm""#,
        #""reasoning_text":"hm""#, #""reasoning_content":"","reasoning":"hm""#,
        #""reasoning_content":null,"reasoning":"hm""#, #""reasoning":{"content":"hm"}"#,
        #""reasoning_details":[{"type":"reasoning.text","text":"hm"}]"#,
        #""reasoning_details":[{"type":"reasoning.summary","summary":"hm"},{"type":"reasoning.encrypted","data":"xx"}]"#,
        #""reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm"}]"#,
        #""thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"}]"#,
        #""reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm"}]"#,
    ])
    func `reasoning is read under every name`(member: String) throws {
        let answer = try anthropic(choice: #"{"content":"four",\#(member)}"#)
        #expect(
            answer.members("content")
                == #"[{"signature":"","thinking":"hm","type":"thinking"},{"text":"four","type":"text"}]"#
        )
    }

    /// The calls of a message, and the names and inputs of the blocks they become.
    static let calls: [(calls: String, blocks: String)] = [
        (#""tool_calls":[{"id":"a","function":{"name":"f","arguments":{"x":1}}}]"#, #"f{"x":1}"#),
        (
            #""tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
            #"f{"x":1}"#
        ),
        (
            #""tool_calls":[{"id":7,"function":{"name":"f","arguments":"\"{\\\"x\\\":1}\""}}]"#,
            #"f{"x":1}"#
        ),
        (#""tool_calls":[{"id":"a","function":{"name":"f","arguments":null}}]"#, "f{}"),
        (#""tool_calls":[{"id":"a","function":{"name":"f","arguments":""}}]"#, "f{}"),
        (#""tool_calls":[{"id":"a","function":{"name":"f","arguments":" \n"}}]"#, "f{}"),
        (#""tool_calls":[{"id":"a","function":{"name":"f","arguments":"null"}}]"#, "f{}"),
        (#""tool_calls":[{"id":"a","function":{"name":"f"}}]"#, "f{}"),
        (#""tool_calls":[{"id":"a","name":"f","arguments":{"x":1}}]"#, #"f{"x":1}"#),
        (#""tool_calls":[{"id":"a","function":{"name":"f","parameters":{"x":1}}}]"#, #"f{"x":1}"#),
        (#""tool_calls":{"id":"a","function":{"name":"f","arguments":{"x":1}}}"#, #"f{"x":1}"#),
        (
            #""tool_calls":[{"type":"custom","id":"a","custom":{"name":"f","input":"{\"x\":1}"}}]"#,
            #"f{"x":1}"#
        ),
        (#""function_call":{"name":"f","arguments":"{\"x\":1}"}"#, #"f{"x":1}"#),
        (
            #""tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}],"function_call":{"name":"f","arguments":"{}"}"#,
            "f{}"
        ),
        // Index 0 for each, as some servers say of whole calls as well.
        (
            #""tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"f","arguments":{"x":1}}}]"#,
            #"f{} f{"x":1}"#
        ),
        // One id for both.
        (
            #""tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"a","function":{"name":"g","arguments":"{}"}}]"#,
            "f{} g{}"
        ),
        (#""tool_calls":[],"content":"x""#, ""),
        (#""tool_calls":null,"content":"x""#, ""),
    ]

    @Test("calls are read in every shape", arguments: calls)
    func callShape(calls: String, blocks: String) throws {
        let answer = try anthropic(choice: "{\(calls)}")
        let found = answer.content.filter { $0["type"] as? String == "tool_use" }
        let told = found.map { block in
            let input = block["input"].map(canonicalJSON) ?? ""
            return "\(block["name"] as? String ?? "?")\(input)"
        }
        #expect(told.joined(separator: " ") == blocks)
        #expect(Set(found.compactMap { $0["id"] as? String }).count == found.count)
    }

    @Test func `a stream where a document was asked for becomes a document`() throws {
        let request = try openAIRequest()
        let answer = try Answer(
            body: [UInt8](Transcripts.openAI),
            from: .openai,
            for: request,
            as: identity
        )
        let told = try openAIRequest(#""stream":false"#)
        #expect(answer.body.first == UInt8(ascii: "{"))
        #expect(answer.finishReason == run(Transcripts.openAI, from: .openai, for: told).finish)
        let lines = try Answer(
            body: [UInt8](Transcripts.ollama),
            from: .init(.ollama),
            for: request,
            as: identity
        )
        #expect(lines.outputTextBytes > 0)
    }

    @Test func `a byte order mark and a carriage return alone are taken in events`() throws {
        let events =
            "\u{FEFF}data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\r"
            + "data:{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\rdata: [DONE]\r\r"
        let result = run(events, from: .openai, for: try anthropicRequest(#""stream":true"#))
        #expect(result.failure == nil)
        #expect(result.output.contains(#""text":"a""#))
        for size in 1...4 {
            let pieces = [UInt8](events).chunks(of: size)
            let cut = run(pieces, from: .openai, for: try anthropicRequest(#""stream":true"#))
            #expect(cut == result)
        }
    }

    @Test func `a carriage return alone ends no line of JSON`() throws {
        let request = try ClientRequest(
            api: .ollamaChat,
            body: [UInt8](#"{"model":"auto","messages":[{"role":"user","content":"Hi"}]}"#),
            header: { _ in nil }
        )
        let glued = #"{"message":{"content":"a"},"done":false}"# + "\r" + Transcripts.ollama
        for size in [1, 7, glued.utf8.count] {
            let result = run([UInt8](glued).chunks(of: size), from: .ollama, for: request)
            #expect(result.failure != nil)
            // What an error would be put behind is a whole line.
            #expect(result.output.isEmpty || result.output.hasSuffix("\n"))
        }
        let framed = Transcripts.ollama.split(separator: "\n").map { $0 + "\r\n" }.joined()
        #expect(run(framed, from: .ollama, for: request).failure == nil)
    }

    @Test func `an answer of nothing but what has no words is a failure`() throws {
        let body =
            #"{"choices":[{"message":{"content":null,"audio":{"data":"AAAA"}},"finish_reason":"stop"}]}"#
        #expect(throws: ProviderFailure.self) {
            try anthropic(choice: #"{"content":null,"audio":{"data":"A"}}"#)
        }
        let passed = try Answer(
            body: [UInt8](body),
            from: .openai,
            for: openAIRequest(),
            as: identity
        )
        #expect(passed.body.text == body)
    }

    @Test func `a stop sequence is named where the server names it`() throws {
        let named =
            #"{"choices":[{"message":{"content":"a"},"finish_reason":"stop","stop_reason":"END"}]}"#
        let answer = try Answer(
            body: [UInt8](named),
            from: .openai,
            for: anthropicRequest(),
            as: identity
        )
        #expect(answer.body.text.contains(#""stop_reason":"stop_sequence","stop_sequence":"END""#))
        #expect(answer.finishReason == "stop")
    }

    private func anthropic(choice message: String) throws -> Answer {
        let body = #"{"id":"same","choices":[{"message":\#(message),"finish_reason":"stop"}]}"#
        let answer = try Answer(
            body: [UInt8](body),
            from: .openai,
            for: try anthropicRequest(),
            as: identity
        )
        #expect(!answer.body.text.contains("same"))
        return answer
    }
}
