@testable import Providers

/// A request with so many of one thing in it.
struct GrowingRequest: Sendable, CustomStringConvertible {
    let api: ClientAPI
    let name: String
    let body: @Sendable (Int) -> String

    /// The members of an object that have so many of it.
    typealias Members = @Sendable (Int) -> String

    init(api: ClientAPI, name: String, body: @escaping @Sendable (Int) -> String) {
        self.api = api
        self.name = name
        self.body = body
    }

    /// One object, of what stands at its beginning and those members.
    init(_ api: ClientAPI, _ name: String, beginning: String = "", _ members: @escaping Members) {
        self.init(api: api, name: name) { "{\(beginning)\(members($0))}" }
    }

    var description: String { "\(api): \(name)" }
}

/// So many values of a kind, joined.
private func list(_ count: Int, _ element: (Int) -> String) -> String {
    (0..<count).map(element).joined(separator: ",")
}

/// A text that is longer than what strings hold in place.
private func label(_ index: Int) -> String { "a.name-of-some-length.\(index)" }

private let greeting = #"{"role":"user","content":"Hi"}"#

/// One message of a user's that has these parts.
private func asking(_ parts: String) -> String {
    #""messages":[{"role":"user","content":[\#(parts)]}]"#
}

/// A conversation that begins with a greeting.
private func afterHi(_ messages: String) -> String {
    #""messages":[\#(greeting),\#(messages)]"#
}

extension GrowingRequest {
    /// Every thing that may be repeated in a request of each API.
    static let all = openAI + anthropic + ollama + gemini + responses + others

    private static func openAI(
        _ name: String,
        _ body: @escaping Members
    ) -> GrowingRequest {
        GrowingRequest(.chatCompletions, name, beginning: #""model":"m","#, body)
    }

    private static let hi = #""messages":[\#(greeting)]"#

    private static let openAI: [GrowingRequest] = [
        openAI("messages") { count in
            let turns = list(count) {
                #"{"role":"user","content":"\#(label($0))"},{"role":"assistant","content":"b"}"#
            }
            return #""messages":[\#(turns)]"#
        },
        openAI("system messages") { count in
            #""messages":[\#(list(count) { #"{"role":"system","content":"\#($0)"}"# })]"#
        },
        openAI("parts") { count in
            let parts = list(count) { #"{"type":"text","text":"\#(label($0))"}"# }
            return asking(parts)
        },
        openAI("pictures") { count in
            let parts = list(count) { _ in
                #"{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}"#
            }
            return asking(parts)
        },
        openAI("unknown parts") { count in
            let parts = list(count) { #"{"type":"\#(label($0))"}"# }
            return asking(parts)
        },
        openAI("calls and results") { count in
            let calls = list(count) {
                #"{"id":"\#(label($0))","type":"function","#
                    + #""function":{"name":"\#(label($0))","arguments":"{\"a\":\#($0)}"}}"#
            }
            let results = list(count) {
                #"{"role":"tool","tool_call_id":"\#(label(count - 1 - $0))","content":"r"}"#
            }
            return #""messages":[{"role":"user","content":"Hi"},"#
                + #"{"role":"assistant","content":null,"tool_calls":[\#(calls)]},\#(results)]"#
        },
        openAI("calls of one id") { count in
            let turns = list(count) { _ in
                #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","#
                    + #""function":{"name":"f","arguments":"{}"}}]},"#
                    + #"{"role":"tool","tool_call_id":"c","content":"r"}"#
            }
            return afterHi(turns)
        },
        openAI("results of no call") { count in
            let results = list(count) {
                #"{"role":"tool","tool_call_id":"\#(label($0))","content":"r"}"#
            }
            return afterHi(results)
        },
        openAI("tools") { count in
            let tools = list(count) {
                #"{"type":"function","function":{"name":"\#(label($0))","parameters":{}}}"#
            }
            return hi + #","tools":[\#(tools)],"tool_choice":"required""#
        },
        openAI("tools of one name") { count in
            let tools = list(count) { _ in #"{"type":"function","function":{"name":"f.g"}}"# }
            return hi + #","tools":[\#(tools)]"#
        },
        openAI("custom tools") { count in
            let tools = list(count) { #"{"type":"custom","custom":{"name":"\#(label($0))"}}"# }
            return hi + #","tools":[\#(tools)]"#
        },
        openAI("members of a schema") { count in
            let members = list(count) { #""\#(label($0))":{"type":"string"}"# }
            let required = list(count) { #""\#(label($0))""# }
            return hi + #","response_format":{"type":"json_schema","json_schema":{"name":"s","#
                + #""strict":true,"schema":{"type":"object","properties":{\#(members)},"#
                + #""required":[\#(required)],"additionalProperties":false}}}"#
        },
        openAI("choices of a schema") { count in
            let choices = list(count) { #"{"type":"object","properties":{"m\#($0)":{}}}"# }
            return hi + #","tools":[{"type":"function","function":{"name":"f","strict":true,"#
                + #""parameters":{"type":"object","properties":{"a":{"anyOf":[\#(choices)]}}}}}]"#
        },
        openAI("stops") { count in hi + #","stop":[\#(list(count) { #""s\#($0)""# })]"# },
        openAI("unknown members") { count in
            hi + "," + list(count) { #""\#(label($0))":{"a":[1,2,3]}"# }
        },
        openAI("unknown members of messages") { count in
            let members = list(count) { #""\#(label($0))":1"# }
            return #""messages":[{"role":"user","content":"Hi",\#(members)}]"#
        },
        openAI("metadata") { count in
            hi + #","metadata":{\#(list(count) { #""\#(label($0))":"v""# })}"#
        },
        openAI("escaped names") { count in
            hi + "," + list(count) { #""\u0061\#(label($0))":"\u0061""# }
        },
        openAI("levels") { count in
            // As deep as is read, as often as there is room.
            let value = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            return hi + #","x":[\#(list(count / 10) { _ in value })]"#
        },
    ]

    private static func anthropic(
        _ name: String,
        _ body: @escaping Members
    ) -> GrowingRequest {
        GrowingRequest(.messages, name, beginning: #""model":"m","max_tokens":64,"#, body)
    }

    private static let anthropic: [GrowingRequest] = [
        anthropic("messages") { count in
            let turns = list(count) {
                #"{"role":"user","content":"\#(label($0))"},{"role":"assistant","content":"b"}"#
            }
            return #""messages":[\#(turns)]"#
        },
        anthropic("blocks") { count in
            let parts = list(count) { #"{"type":"text","text":"\#(label($0))"}"# }
            return asking(parts)
        },
        anthropic("marks of the cache") { count in
            let parts = list(count) {
                #"{"type":"text","text":"\#($0)","cache_control":{"type":"ephemeral"}}"#
            }
            return #""system":[\#(parts)],"messages":[{"role":"user","content":[\#(parts)]}]"#
        },
        anthropic("calls and results") { count in
            let calls = list(count) {
                #"{"type":"tool_use","id":"\#(label($0))","name":"f","input":{"a":\#($0)}}"#
            }
            let results = list(count) {
                #"{"type":"tool_result","tool_use_id":"\#(label(count - 1 - $0))","content":"r"}"#
            }
            return #""messages":[{"role":"user","content":"Hi"},"#
                + #"{"role":"assistant","content":[\#(calls)]},"#
                + #"{"role":"user","content":[\#(results)]}]"#
        },
        anthropic("thinking without a signature") { count in
            let turns = list(count) { _ in
                #"{"role":"assistant","content":[{"type":"thinking","thinking":"t","#
                    + #""signature":""},{"type":"text","text":"a"}]},"#
                    + #"{"role":"user","content":"b"}"#
            }
            return afterHi(turns)
        },
        anthropic("tools") { count in
            let tools = list(count) {
                #"{"name":"\#(label($0))","input_schema":{"type":"object"}}"#
            }
            return hi + #","tools":[\#(tools)],"tool_choice":{"type":"any"}"#
        },
        anthropic("stops") { count in
            hi + #","stop_sequences":[\#(list(count) { #""s\#($0)""# })]"#
        },
        anthropic("unknown members") { count in
            hi + "," + list(count) { #""\#(label($0))":1"# }
        },
    ]

    private static func ollama(
        _ name: String,
        _ body: @escaping Members
    ) -> GrowingRequest {
        GrowingRequest(.ollamaChat, name, beginning: #""model":"m","stream":false,"#, body)
    }

    private static let ollama: [GrowingRequest] = [
        ollama("messages") { count in
            let turns = list(count) {
                #"{"role":"user","content":"\#(label($0))"},{"role":"assistant","content":"b"}"#
            }
            return #""messages":[\#(turns)]"#
        },
        ollama("calls and results by names") { count in
            let calls = list(count) { #"{"function":{"name":"\#(label($0))","arguments":{}}}"# }
            let results = list(count) {
                #"{"role":"tool","tool_name":"\#(label(count - 1 - $0))","content":"r"}"#
            }
            return #""messages":[{"role":"assistant","tool_calls":[\#(calls)]},\#(results)]"#
        },
        ollama("calls and results without names") { count in
            let calls = list(count) { _ in #"{"function":{"name":"f","arguments":{}}}"# }
            let results = list(count) { _ in #"{"role":"tool","content":"r"}"# }
            return #""messages":[{"role":"assistant","tool_calls":[\#(calls)]},\#(results)]"#
        },
        ollama("pictures") { count in
            let images = list(count) { _ in #""iVBORw0KGgo=""# }
            return #""messages":[{"role":"user","content":"Hi","images":[\#(images)]}]"#
        },
        ollama("options") { count in
            hi + #","options":{\#(list(count) { #""\#(label($0))":1"# })}"#
        },
        ollama("tools") { count in
            let tools = list(count) {
                #"{"type":"function","function":{"name":"\#(label($0))","parameters":{}}}"#
            }
            return hi + #","tools":[\#(tools)]"#
        },
    ]

    private static func gemini(
        _ name: String,
        _ body: @escaping Members
    ) -> GrowingRequest {
        GrowingRequest(.generateContent, name, body)
    }

    private static let gemini: [GrowingRequest] = [
        gemini("contents") { count in
            let turns = list(count) {
                #"{"role":"user","parts":[{"text":"\#(label($0))"}]},"#
                    + #"{"role":"model","parts":[{"text":"b"}]}"#
            }
            return #""contents":[\#(turns)]"#
        },
        gemini("parts") { count in
            let parts = list(count) { #"{"text":"\#(label($0))"}"# }
            return #""contents":[{"role":"user","parts":[\#(parts)]}]"#
        },
        gemini("calls and results") { count in
            let calls = list(count) { #"{"functionCall":{"name":"f\#($0)","args":{}}}"# }
            let results = list(count) {
                #"{"functionResponse":{"name":"f\#(count - 1 - $0)","response":{"a":1}}}"#
            }
            return #""contents":[{"role":"user","parts":[{"text":"Hi"}]},"#
                + #"{"role":"model","parts":[\#(calls)]},{"role":"user","parts":[\#(results)]}]"#
        },
        gemini("functions") { count in
            let functions = list(count) {
                #"{"name":"\#(label($0))","parameters":{"type":"OBJECT","properties":{}}}"#
            }
            let names = list(count) { #""\#(label($0))""# }
            return #""contents":[{"role":"user","parts":[{"text":"Hi"}]}],"#
                + #""tools":[{"functionDeclarations":[\#(functions)]}],"#
                + #""toolConfig":{"functionCallingConfig":{"mode":"ANY","#
                + #""allowedFunctionNames":[\#(names)]}}"#
        },
        gemini("members of a schema") { count in
            let members = list(count) { #""\#(label($0))":{"type":"STRING","nullable":true}"# }
            return #""contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"#
                + #""responseMimeType":"application/json","responseSchema":{"type":"OBJECT","#
                + #""properties":{\#(members)}}}"#
        },
    ]

    private static func responses(
        _ name: String,
        _ body: @escaping Members
    ) -> GrowingRequest {
        GrowingRequest(.responses, name, beginning: #""model":"m","#, body)
    }

    private static let responses: [GrowingRequest] = [
        responses("items") { count in
            let items = list(count) {
                #"{"role":"user","content":"\#(label($0))"},{"role":"assistant","content":"b"}"#
            }
            return #""input":[\#(items)]"#
        },
        responses("messages of the assistant in a row") { count in
            let items = list(count) { #"{"role":"assistant","content":"\#($0)"}"# }
            return #""input":[\#(greeting),\#(items)]"#
        },
        responses("reasoning") { count in
            let items = list(count) {
                #"{"type":"reasoning","summary":[{"type":"summary_text","text":"\#($0)"}]}"#
            }
            return #""input":[\#(greeting),\#(items)]"#
        },
        responses("encrypted texts") { count in
            let items = list(count) {
                #"{"type":"reasoning","encrypted_content":"\#(label($0))"}"#
            }
            return #""input":[\#(greeting),\#(items)]"#
        },
        responses("references") { count in
            let items = list(count) { #"{"type":"item_reference","id":"\#(label($0))"}"# }
            return #""input":[\#(greeting),\#(items)]"#
        },
        responses("calls and outputs") { count in
            let calls = list(count) {
                #"{"type":"function_call","call_id":"\#(label($0))","name":"f","arguments":"{}"}"#
            }
            let outputs = list(count) {
                #"{"type":"function_call_output","call_id":"\#(label(count - 1 - $0))","#
                    + #""output":"r"}"#
            }
            return #""input":[{"role":"user","content":"Hi"},\#(calls),\#(outputs)]"#
        },
        responses("tools in groups") { count in
            let tools = list(count) {
                #"{"type":"namespace","name":"g\#($0)","tools":["#
                    + #"{"type":"function","name":"f","parameters":{}}]}"#
            }
            return #""input":"Hi","tools":[\#(tools)]"#
        },
        responses("tools in items") { count in
            let items = list(count) {
                #"{"type":"additional_tools","tools":[{"type":"function","name":"\#(label($0))"}]}"#
            }
            return #""input":[\#(greeting),\#(items)]"#
        },
        responses("allowed tools") { count in
            let tools = list(count) { #"{"type":"function","name":"\#(label($0))"}"# }
            return #""input":"Hi","tools":[\#(tools)],"#
                + #""tool_choice":{"type":"allowed_tools","mode":"auto","tools":[\#(tools)]}"#
        },
    ]

    private static let others: [GrowingRequest] = [
        GrowingRequest(api: .embeddings, name: "texts") { count in
            #"{"model":"m","input":[\#(list(count) { #""\#(label($0))""# })]}"#
        },
        GrowingRequest(api: .embeddings, name: "tokens") { count in
            #"{"model":"m","input":[\#(list(count) { #"[\#($0),1]"# })]}"#
        },
        GrowingRequest(api: .ollamaEmbed, name: "texts") { count in
            #"{"model":"m","input":[\#(list(count) { #""\#(label($0))""# })]}"#
        },
        GrowingRequest(api: .completions, name: "stops") { count in
            #"{"model":"m","prompt":"Hi","stop":[\#(list(count) { #""s\#($0)""# })]}"#
        },
        GrowingRequest(api: .ollamaGenerate, name: "pictures") { count in
            #"{"model":"m","prompt":"Hi","images":[\#(list(count) { _ in #""iVBORw0KGgo=""# })]}"#
        },
    ]
}
