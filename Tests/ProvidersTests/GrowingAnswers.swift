import Events

@testable import Providers

/// An answer with so many of one thing in it, as the pieces that a provider sends.
struct GrowingAnswer: Sendable, CustomStringConvertible {
    let upstream: ProviderDialect
    let name: String
    let pieces: @Sendable (Int) -> [String]

    var description: String { "\(upstream.family): \(name)" }
}

private func label(_ index: Int) -> String { "a.name-of-some-length.\(index)" }

private func each(_ count: Int, _ event: (Int) -> String) -> [String] {
    (0..<count).map { event($0) }
}

extension GrowingAnswer {
    /// Every thing that may be repeated in a stream of each family.
    static let streams = openAI + anthropic + ollama + gemini + responses

    private static func delta(_ delta: String, finish: String = "null") -> String {
        #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{\#(delta)},"#
            + #""finish_reason":\#(finish)}]}"# + "\n\n"
    }

    private static func openAI(
        _ name: String,
        ends: Bool = true,
        _ events: @escaping @Sendable (Int) -> [String]
    ) -> GrowingAnswer {
        GrowingAnswer(upstream: .openai, name: name) { count in
            let end = delta("", finish: #""stop""#) + "data: [DONE]\n\n"
            return ends ? events(count) + [end] : events(count)
        }
    }

    private static func call(_ index: Int, _ rest: String) -> String {
        delta(#""tool_calls":[{"index":\#(index),\#(rest)}]"#)
    }

    private static func begun(_ index: Int) -> String {
        call(index, #""id":"\#(label(index))","function":{"name":"f","arguments":""}"#)
    }

    private static let openAI: [GrowingAnswer] = [
        openAI("texts") { each($0) { delta(#""content":"word \#($0) ""#) } },
        openAI("texts in one read") { count in
            [each(count) { delta(#""content":"word \#($0) ""#) }.joined()]
        },
        openAI("one text byte by byte") { count in
            delta(#""content":"\#(String(repeating: "a", count: count))""#).map { String($0) }
        },
        openAI("thoughts") { each($0) { delta(#""reasoning_content":"word \#($0) ""#) } },
        openAI("calls one after the other") { count in
            each(count) { begun($0) + call($0, #""function":{"arguments":"{}"}"#) }
        },
        openAI("calls mixed") { count in
            each(count) { begun($0) }
                + each(count) { call($0, #""function":{"arguments":"{\"a\":"}"#) }
                + each(count) { call(count - 1 - $0, #""function":{"arguments":"1}"}"#) }
        },
        openAI("calls known by their ids") { count in
            each(count) {
                delta(
                    #""tool_calls":[{"id":"\#(label($0))","function":{"name":"f","arguments":"{}"}}]"#
                )
            }
        },
        openAI("calls in one event") { count in
            let calls = each(count) {
                #"{"index":\#($0),"id":"\#(label($0))","function":{"name":"f","arguments":"{}"}}"#
            }
            return [delta(#""tool_calls":[\#(calls.joined(separator: ","))]"#)]
        },
        openAI("pieces of one call") { count in
            [begun(0)] + each(count) { _ in call(0, #""function":{"arguments":" "}"#) }
        },
        openAI("calls without a name") { count in
            each(count) { call($0, #""id":"\#(label($0))","function":{"arguments":"{}"}"#) }
        },
        openAI("reasons to end") { count in
            each(count) { call($0, #""id":"\#(label($0))""#) }
                + each(count) { _ in delta("", finish: #""stop""#) }
        },
        openAI("counts") { count in
            each(count) { #"data: {"choices":[],"usage":{"prompt_tokens":\#($0)}}"# + "\n\n" }
        },
        openAI("comments") { each($0) { ": \($0)\n\n" } },
        openAI("lines of one event") { count in
            [#"data: {"choices":["# + "\n"] + each(count) { _ in "data: \n" } + ["data: ]}\n\n"]
        },
        openAI("white space before anything") { each($0) { _ in "\n" } },
        openAI("white space without an end", ends: false) { each($0) { _ in " " } },
        openAI("a document piece by piece", ends: false) { count in
            [#"{"choices":[{"finish_reason":"stop","message":{"content":""#]
                + each(count) { "word \($0) " } + [#""}}]}"#]
        },
    ]

    private static func anthropic(
        _ name: String,
        _ events: @escaping @Sendable (Int) -> [String]
    ) -> GrowingAnswer {
        GrowingAnswer(upstream: .anthropic, name: name) { count in
            [event(#""type":"message_start","message":{"id":"m","model":"m"}"#)] + events(count) + [
                event(#""type":"message_delta","delta":{"stop_reason":"end_turn"}"#)
                    + event(#""type":"message_stop""#)
            ]
        }
    }

    private static func event(_ members: String) -> String { "data: {\(members)}\n\n" }

    private static let anthropic: [GrowingAnswer] = [
        anthropic("texts") { count in
            each(count) {
                event(
                    #""type":"content_block_delta","index":0,"#
                        + #""delta":{"type":"text_delta","text":"word \#($0) "}"#
                )
            }
        },
        anthropic("calls") { count in
            each(count) {
                event(
                    #""type":"content_block_start","index":\#($0),"#
                        + #""content_block":{"type":"tool_use","id":"\#(label($0))","name":"f"}"#
                )
                    + event(
                        #""type":"content_block_delta","index":\#($0),"#
                            + #""delta":{"type":"input_json_delta","partial_json":"{}"}"#
                    )
            }
        },
        anthropic("pings") { each($0) { _ in event(#""type":"ping""#) } },
    ]

    private static let ollama: [GrowingAnswer] = [
        GrowingAnswer(upstream: .ollama, name: "texts") { count in
            each(count) {
                #"{"model":"m","message":{"content":"word \#($0) "},"done":false}"# + "\n"
            } + [#"{"model":"m","message":{"content":""},"done":true,"done_reason":"stop"}"# + "\n"]
        },
        GrowingAnswer(upstream: .ollama, name: "calls") { count in
            each(count) {
                #"{"model":"m","message":{"tool_calls":[{"function":{"name":"f","#
                    + #""arguments":{"a":\#($0)}}}]},"done":false}"# + "\n"
            } + [#"{"model":"m","message":{"content":""},"done":true,"done_reason":"stop"}"# + "\n"]
        },
    ]

    private static func candidate(_ parts: String, finish: String = "") -> String {
        #"{"candidates":[{"content":{"parts":[\#(parts)]}\#(finish)}],"#
            + #""usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}}"#
    }

    private static let geminiEnd = candidate(#"{"text":"."}"#, finish: #","finishReason":"STOP""#)

    private static let gemini: [GrowingAnswer] = [
        GrowingAnswer(upstream: .gemini, name: "texts") { count in
            each(count) { "data: " + candidate(#"{"text":"word \#($0) "}"#) + "\n\n" }
                + ["data: \(geminiEnd)\n\n"]
        },
        GrowingAnswer(upstream: .gemini, name: "signed calls") { count in
            each(count) {
                let call =
                    #"{"functionCall":{"name":"f","args":{"a":\#($0)}},"#
                    + #""thoughtSignature":"\#(label($0))"}"#
                return "data: " + candidate(call) + "\n\n"
            } + ["data: \(geminiEnd)\n\n"]
        },
        GrowingAnswer(upstream: .gemini, name: "events in a list") { count in
            let events = each(count) { candidate(#"{"text":"word \#($0) "}"#) } + [geminiEnd]
            return ["[\(events.joined(separator: ","))]"]
        },
    ]

    private static let responses: [GrowingAnswer] = [
        GrowingAnswer(upstream: ProviderDialect(.openai, takesResponses: true), name: "items") {
            count in
            let items = each(count) {
                #"{"type":"reasoning","id":"\#(label($0))","encrypted_content":"\#(label($0))"}"#
            }
            return items.map {
                event(#""type":"response.output_item.done","item":\#($0)"#)
            } + [
                event(#""type":"response.output_text.delta","delta":"a""#)
                    + event(
                        #""type":"response.completed","response":{"id":"r","status":"completed","#
                            + #""output":[\#(items.joined(separator: ","))]}"#
                    )
            ]
        },
        GrowingAnswer(upstream: ProviderDialect(.openai, takesResponses: true), name: "document") {
            count in
            let items = each(count) {
                #"{"type":"message","content":[{"type":"output_text","text":"\#(label($0))"}]}"#
            }
            return [
                #"{"id":"r","status":"completed","output":[\#(items.joined(separator: ","))]}"#
            ]
        },
    ]
}
