import Events
import Foundation
import Testing

@testable import Providers

/// Tool calls in streams, whatever their deltas repeat, mix or leave out.
@Suite("Calls in streams")
struct StreamCallTests {
    /// The deltas of a stream, each the elements of `tool_calls`, and the calls that a client makes
    /// of them.
    static let streams: [(deltas: [String], calls: String)] = [
        // OpenAI's own.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":""}}"#, part(0, "{"),
                part(0, "}"),
            ], "f{}"
        ),
        // Name and id in every delta.
        (
            [call(0, "a", "f", ""), call(0, "a", "f", #"{\"x\""#), call(0, "a", "f", ":1}")],
            #"f{"x":1}"#
        ),
        // The name in every delta, the id in none, and in the first alone.
        ([named(0, "f", #"{\"x\""#), named(0, "f", ":1}")], #"f{"x":1}"#),
        ([call(0, "a", "f", #"{\"x\""#), named(0, "f", ":1}")], #"f{"x":1}"#),
        // A new id in every delta.
        ([call(0, "a", "f", #"{\"x\""#), call(0, "b", "f", ":1}")], #"f{"x":1}"#),
        // The id on its own, before the name; arguments before the name.
        ([#"{"index":0,"id":"a"}"#, named(0, "f", ""), part(0, #"{\"x\":1}"#)], #"f{"x":1}"#),
        ([#"{"index":0,"id":"a"}"#, part(0, #"{\"x\""#), named(0, "f", ":1}")], #"f{"x":1}"#),
        // An index from 1, none, a text, all the same.
        ([call(1, "a", "f", "{}"), call(2, "b", "g", "{}")], "f{} g{}"),
        (
            [
                #"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
                #"{"id":"a","function":{"arguments":"}"}}"#,
                #"{"id":"b","function":{"name":"g","arguments":"{}"}}"#,
            ],
            "f{} g{}"
        ),
        (
            [
                #"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
                #"{"function":{"arguments":"}"}}"#,
            ], "f{}"
        ),
        (
            [
                #"{"index":"0","id":"a","function":{"name":"f","arguments":"{"}}"#,
                #"{"index":"0","function":{"arguments":"}"}}"#,
            ],
            "f{}"
        ),
        ([call(0, "a", "f", "{}"), call(0, "b", "g", #"{\"x\":1}"#)], #"f{} g{"x":1}"#),
        (
            [call(0, "a", "f", #"{\"x\":1}"#), call(0, "b", "f", #"{\"x\":2}"#)],
            #"f{"x":1} f{"x":2}"#
        ),
        ([named(0, "f", #"{\"x\":1}"#), named(0, "f", #"{\"x\":2}"#)], #"f{"x":1} f{"x":2}"#),
        ([named(0, "f", #"{\"x\":1}"#), named(0, "g", "")], #"f{"x":1} g{}"#),
        // Several calls in one delta.
        ([call(0, "a", "f", "{}") + "," + call(1, "b", "g", "{}")], "f{} g{}"),
        (
            [
                #"{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}"#
            ],
            "f{} g{}"
        ),
        // Mixed: each has its own pieces, and the order is that of their beginnings.
        (
            [
                call(0, "a", "f", "{"), call(1, "b", "g", "{"), part(0, #"\"x\":1}"#),
                part(1, #"\"y\":2}"#),
            ],
            #"f{"x":1} g{"y":2}"#
        ),
        (
            [
                call(0, "a", "f", ""), call(1, "b", "g", ""), call(2, "c", "h", ""), part(2, "{"),
                part(1, "{"), part(0, "{"), part(0, "}"), part(2, "}"),
                part(1, #"\"y\":[1,{\"z\":\"}\"}]}"#),
            ],
            #"f{} g{"y":[1,{"z":"}"}]} h{}"#
        ),
        // Arguments that are no text, or come whole again and again.
        ([#"{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}"#], #"f{"x":1}"#),
        ([#"{"index":0,"id":"a","function":{"name":"f","arguments":null}}"#], "f{}"),
        ([call(0, "a", "f", "{}"), part(0, #"{\"x\":1}"#)], #"f{"x":1}"#),
        ([call(0, "a", "f", #"{\"x\":1}"#), call(0, "a", "f", #"{\"x\":1}"#)], #"f{"x":1}"#),
        // Quotes written as .NET writes them.
        (
            [
                call(0, "a", "f", #"{\u0022x\u0022:"#), call(1, "b", "g", "{}"),
                part(0, #"\u0022{\u0022}"#),
            ], #"f{"x":"{"} g{}"#
        ),
        // Without arguments.
        ([call(0, "a", "f", "")], "f{}"),
        ([call(0, "a", "f", ""), call(1, "b", "g", "")], "f{} g{}"),
    ]

    @Test(arguments: streams)
    func `each call is told once, with its own arguments`(deltas: [String], calls: String) throws {
        let text = Self.stream(deltas)
        for request in [try anthropicRequest(), try ollamaRequest(), try responsesRequest()] {
            let whole = run(text, from: .openai, for: request)
            #expect(whole.failure == nil)
            #expect(Self.calls(whole, of: request) == calls, "\(request.api)")
            for size in [1, 7] {
                let cut = run([UInt8](text).chunks(of: size), from: .openai, for: request)
                #expect(cut == whole)
            }
        }
        let passed = run(text, from: .openai, for: try openAIRequest(#""stream":true"#))
        #expect(passed.output + passed.terminator == text)
    }

    @Test func `the old form of one call is a call`() throws {
        let text = """
            data: {"choices":[{"delta":{"function_call":{"name":"f","arguments":""}}}]}

            data: {"choices":[{"delta":{"function_call":{"arguments":"{\\"x\\":1}"}}}]}

            data: {"choices":[{"delta":{},"finish_reason":"function_call"}]}

            data: [DONE]


            """
        let request = try anthropicRequest()
        let result = run(text, from: .openai, for: request)
        #expect(Self.calls(result, of: request) == #"f{"x":1}"#)
        #expect(result.output.contains(#""stop_reason":"tool_use""#))
    }

    @Test func `text after an unfinished call waits for it`() throws {
        let text = """
            data: {"choices":[{"delta":{"tool_calls":[\(Self.call(0, "a", "f", "{"))]}}]}

            data: {"choices":[{"delta":{"content":"so "}}]}

            data: {"choices":[{"delta":{"content":"far"}}]}

            data: {"choices":[{"delta":{"tool_calls":[\(Self.part(0, "}"))]}}]}

            data: {"choices":[{"delta":{"content":"."},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """
        let request = try anthropicRequest()
        let result = run(text, from: .openai, for: request)
        #expect(Self.calls(result, of: request) == "f{}")
        let blocks = Self.events(result.output).compactMap { event -> String? in
            guard event["type"] as? String == "content_block_delta" else { return nil }
            return (event["delta"] as? [String: Any])?["text"] as? String
        }
        #expect(blocks == ["so far", "."])
    }

    @Test func `an empty reason is no end`() throws {
        let text = """
            data: {"choices":[{"delta":{"content":"a"},"finish_reason":""}]}

            data: {"choices":[{"delta":{"content":"b"},"finish_reason":""}]}

            data: {"choices":[{"delta":{"content":"c"},"finish_reason":"length"}]}

            data: [DONE]


            """
        let result = run(text, from: .openai, for: try anthropicRequest())
        #expect(result.finish == "length")
        let unended = text.replacing("\"length\"", with: "\"\"").replacing(
            "data: [DONE]\n\n",
            with: ""
        )
        #expect(run(unended, from: .openai, for: try anthropicRequest()).failure == .cut)
    }

    @Test(arguments: [WireFamily.openai, .anthropic, .gemini])
    func `a document in answer to a request for a stream becomes one`(family: WireFamily) throws {
        let body: String
        switch family {
        case .openai: body = AnswerTests.openAI
        case .anthropic: body = AnswerTests.anthropic
        case .gemini, .ollama:
            body = #"""
                [{"candidates":[{"content":{"parts":[{"text":"Hé "}]}}]},
                 {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"x":1}}}]},"finishReason":"STOP"}],
                  "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7}}]
                """#
        }
        let own =
            family == .anthropic ? try anthropicRequest() : try openAIRequest(#""stream":true"#)
        for request in [own, try anthropicRequest(), try ollamaRequest()] {
            let whole = run("\u{FEFF}\n " + body, from: family, for: request)
            #expect(whole.failure == nil)
            #expect(whole.output.contains("Hé"))
            #expect(whole.usage.output ?? 0 > 0)
            for size in [1, 13] {
                let cut = run(
                    [UInt8]("\u{FEFF}\n " + body).chunks(of: size),
                    from: family,
                    for: request
                )
                #expect(cut == whole)
            }
            let half = String(body.dropLast(10))
            #expect(run(half, from: family, for: request).failure == .cut)
        }
        #expect(run(body, from: family, for: own).terminator.isEmpty == false)
    }

    // MARK: What is sent

    private static func call(_ index: Int, _ id: String, _ name: String, _ piece: String) -> String
    {
        #"{"index":\#(index),"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"\#(piece)"}}"#
    }

    private static func named(_ index: Int, _ name: String, _ piece: String) -> String {
        #"{"index":\#(index),"function":{"name":"\#(name)","arguments":"\#(piece)"}}"#
    }

    private static func part(_ index: Int, _ piece: String) -> String {
        #"{"index":\#(index),"function":{"arguments":"\#(piece)"}}"#
    }

    private static func stream(_ deltas: [String]) -> String {
        deltas.map { "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[\($0)]}}]}\n\n" }
            .joined()
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"
            + "data: [DONE]\n\n"
    }

    private func ollamaRequest() throws -> ClientRequest {
        try ClientRequest(
            api: .ollamaChat,
            body: [UInt8](#"{"model":"auto","messages":[{"role":"user","content":"Hi"}]}"#),
            header: { _ in nil }
        )
    }

    private func responsesRequest() throws -> ClientRequest {
        try ClientRequest(
            api: .responses,
            body: [UInt8](#"{"model":"auto","stream":true,"input":"Hi"}"#),
            header: { _ in nil }
        )
    }

    // MARK: What a client makes of it

    private static func events(_ output: String) -> [[String: Any]] {
        output.split(separator: "\n").compactMap { line in
            let json = line.hasPrefix("data: ") ? line.dropFirst(6) : line
            guard json.hasPrefix("{") else { return nil }
            return (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any]
        }
    }

    private static func calls(_ result: StreamResult, of request: ClientRequest) -> String {
        let events = events(result.output + result.terminator)
        switch request.api {
        case .messages: return anthropicCalls(events)
        case .responses: return responsesCalls(events)
        default: return ollamaCalls(events)
        }
    }

    private static func anthropicCalls(_ events: [[String: Any]]) -> String {
        var names: [String] = []
        var pieces: [String] = []
        var ids: Set<String> = []
        var open: Int?
        for event in events {
            switch event["type"] as? String {
            case "content_block_start":
                #expect(open == nil)
                open = event["index"] as? Int
                let block = event["content_block"] as? [String: Any] ?? [:]
                guard block["type"] as? String == "tool_use" else { continue }
                names.append(block["name"] as? String ?? "?")
                pieces.append("")
                if let id = block["id"] as? String { #expect(ids.insert(id).inserted) }
            case "content_block_delta":
                #expect(open == event["index"] as? Int)
                let delta = event["delta"] as? [String: Any] ?? [:]
                if let piece = delta["partial_json"] as? String {
                    pieces[pieces.count - 1] += piece
                }
            case "content_block_stop": open = nil
            default: break
            }
        }
        return zip(names, pieces).map { $0 + ($1.isEmpty ? "{}" : $1.canonical) }
            .joined(separator: " ")
    }

    private static func responsesCalls(_ events: [[String: Any]]) -> String {
        let last = events.last?["response"] as? [String: Any]
        let items = last?["output"] as? [[String: Any]] ?? []
        return items.filter { $0["type"] as? String == "function_call" }.map { item in
            (item["name"] as? String ?? "?") + (item["arguments"] as? String ?? "?").canonical
        }.joined(separator: " ")
    }

    private static func ollamaCalls(_ events: [[String: Any]]) -> String {
        events.flatMap { event in
            (event["message"] as? [String: Any])?["tool_calls"] as? [[String: Any]] ?? []
        }.map { call in
            let function = call["function"] as? [String: Any] ?? [:]
            return (function["name"] as? String ?? "?") + canonicalJSON(function["arguments"] ?? 0)
        }.joined(separator: " ")
    }
}
