import Events
import Foundation
import JSONBytes
import Testing

@testable import Providers

@Suite("Thinking that is asked for")
struct ThinkingTests {
    private static func request(_ api: ClientAPI, _ members: String) throws -> ClientRequest {
        let content =
            switch api {
            case .responses: #""input":"Hi""#
            case .ollamaGenerate: #""prompt":"Hi""#
            default: #""messages":[{"role":"user","content":"Hi"}]"#
            }
        return try ClientRequest(api: api, body: [UInt8]("{\"model\":\"m\",\(content),\(members)}"))
    }

    /// The members of what is sent that are of thinking, with those of the names in place.
    private static func sent(
        _ request: ClientRequest,
        to family: WireFamily,
        by control: ThinkingControl? = nil,
        limit: Int? = nil
    ) throws -> String {
        let body = try request.upstreamBody(
            for: ProviderDialect(family),
            model: "m",
            options: BodyOptions(outputLimit: limit, thinking: control)
        )
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        )
        let config = object["generationConfig"] as? [String: Any] ?? object
        let names = ["reasoning_effort", "thinking", "output_config", "think", "thinkingConfig"]
        let found = config.filter { names.contains($0.key) }
        let data = try JSONSerialization.data(withJSONObject: found, options: .sortedKeys)
        return String(decoding: data, as: UTF8.self)
    }

    static let adaptive = #""thinking":{"display":"summarized","type":"adaptive"}"#

    /// What each family is told, where nothing is known of the model: the client's API, its words,
    /// then OpenAI, Anthropic, Ollama, Gemini; `nil` for the client's own family.
    static let known: [(ClientAPI, String, [String?])] = [
        (
            .messages, #""max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":8191}"#,
            [
                #"{"reasoning_effort":"low"}"#, nil, #"{"think":true}"#,
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"low"}}"#,
            ]
        ),
        (
            .messages, #""max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":8192}"#,
            [
                #"{"reasoning_effort":"medium"}"#, nil, #"{"think":true}"#,
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"medium"}}"#,
            ]
        ),
        (
            .messages, #""max_tokens":9,"thinking":{"type":"adaptive"}"#,
            ["{}", nil, "{}", #"{"thinkingConfig":{"includeThoughts":true}}"#]
        ),
        (
            .messages,
            #""max_tokens":9,"thinking":{"type":"adaptive"},"output_config":{"effort":"max"}"#,
            [
                #"{"reasoning_effort":"high"}"#, nil, "{}",
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"high"}}"#,
            ]
        ),
        (
            .messages, #""max_tokens":9,"thinking":{"type":"disabled"}"#,
            ["{}", nil, #"{"think":false}"#, #"{"thinkingConfig":{"thinkingLevel":"low"}}"#]
        ),
        (
            .chatCompletions, #""reasoning_effort":"minimal""#,
            [
                nil, "{\"output_config\":{\"effort\":\"low\"},\(adaptive)}", "{}",
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"low"}}"#,
            ]
        ),
        (
            .chatCompletions, #""reasoning_effort":"none""#,
            [
                nil, #"{"thinking":{"type":"disabled"}}"#, #"{"think":false}"#,
                #"{"thinkingConfig":{"thinkingLevel":"low"}}"#,
            ]
        ),
        (
            .responses, #""reasoning":{"effort":"xhigh"}"#,
            [
                #"{"reasoning_effort":"xhigh"}"#,
                "{\"output_config\":{\"effort\":\"high\"},\(adaptive)}", "{}",
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"high"}}"#,
            ]
        ),
        (
            .ollamaChat, #""think":true"#,
            [
                #"{"reasoning_effort":"medium"}"#, "{\(adaptive)}", nil,
                #"{"thinkingConfig":{"includeThoughts":true}}"#,
            ]
        ),
        (
            .ollamaGenerate, #""think":"low""#,
            [
                #"{"reasoning_effort":"low"}"#,
                "{\"output_config\":{\"effort\":\"low\"},\(adaptive)}", nil,
                #"{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"low"}}"#,
            ]
        ),
        (
            .ollamaChat, #""think":false"#,
            [
                "{}", #"{"thinking":{"type":"disabled"}}"#, nil,
                #"{"thinkingConfig":{"thinkingLevel":"low"}}"#,
            ]
        ),
    ]

    @Test("is said in each family's words", arguments: known)
    func isSaid(api: ClientAPI, members: String, expected: [String?]) throws {
        let request = try Self.request(api, members)
        for (family, wanted) in zip(WireFamily.allCases, expected) {
            guard let wanted else { continue }
            #expect(request.obstacles(to: family) == [])
            #expect(try Self.sent(request, to: family) == wanted)
        }
    }

    @Test func `goes by what is known of the model`() throws {
        let effort = try Self.request(.chatCompletions, #""reasoning_effort":"high""#)
        let words = ThinkingControl(.effort, efforts: [.low, .medium])
        #expect(try Self.sent(effort, to: .ollama, by: words) == #"{"think":"medium"}"#)
        #expect(try Self.sent(effort, to: .gemini, by: ThinkingControl(.never)) == "{}")
        let demand = try Self.request(.ollamaChat, #""think":"high""#)
        #expect(
            try Self.sent(demand, to: .openai, by: ThinkingControl(.never))
                == #"{"reasoning_effort":"high"}"#
        )
        let flash = ThinkingControl(.budget, budgets: 512...24_576, off: "0")
        #expect(
            try Self.sent(effort, to: .gemini, by: flash)
                == #"{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":24576}}"#
        )
        let off = try Self.request(.ollamaChat, #""think":false"#)
        #expect(
            try Self.sent(off, to: .gemini, by: flash)
                == #"{"thinkingConfig":{"thinkingBudget":0}}"#
        )
        let always = ThinkingControl(.budget, budgets: 128...32_768)
        #expect(
            try Self.sent(off, to: .gemini, by: always)
                == #"{"thinkingConfig":{"thinkingBudget":128}}"#
        )
        #expect(
            try Self.sent(off, to: .openai, by: ThinkingControl(.effort, efforts: [.low, .high]))
                == #"{"reasoning_effort":"low"}"#
        )
        let toggle = ThinkingControl(.toggle, on: "default", off: "none")
        #expect(try Self.sent(off, to: .openai, by: toggle) == #"{"reasoning_effort":"none"}"#)
        let on = try Self.request(.ollamaChat, #""think":"high""#)
        #expect(try Self.sent(on, to: .openai, by: toggle) == #"{"reasoning_effort":"default"}"#)
    }

    private static let counted = ThinkingControl(.budget, budgets: 1_024...32_768, off: "disabled")

    @Test(
        "a budget leaves Anthropic's models room to answer",
        arguments: [
            (nil, 8_192, 12_288), (20_000, 8_192, 20_000), (5_000, 3_976, 5_000),
            (2_048, 1_024, 2_048), (2_047, nil, 2_047),
        ] as [(Int?, Int?, Int)]
    )
    func leavesRoom(limit: Int?, budget: Int?, most: Int) throws {
        let members = limit.map { #""max_tokens":\#($0),"# } ?? ""
        let request = try Self.request(.chatCompletions, members + #""reasoning_effort":"medium""#)
        let thinking = budget.map { #""thinking":{"budget_tokens":\#($0),"type":"enabled"}"# }
        #expect(
            try Self.sent(request, to: .anthropic, by: Self.counted) == "{\(thinking ?? "")}"
        )
        let body = try request.upstreamBody(
            for: .anthropic,
            model: "m",
            options: BodyOptions(thinking: Self.counted)
        )
        #expect(body.text.contains(#""max_tokens":\#(most),"#))
    }

    @Test func `is left out in the middle of a loop of tools, whose turns nobody signed`() throws {
        let body = #"""
            {"model":"m","reasoning_effort":"low","messages":[{"role":"user","content":"Hi"},
            {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f"}}]},
            {"role":"tool","tool_call_id":"a","content":"1"}]}
            """#
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        #expect(try Self.sent(request, to: .anthropic, by: Self.counted) == "{}")
        // Newer models ask for no thinking in earlier turns.
        #expect(try Self.sent(request, to: .anthropic) != "{}")
    }

    static let bound: [(String, String)] = [
        (#""temperature":0.5"#, "temperature"), (#""tool_choice":"required""#, "tool_choice"),
    ]

    @Test("a wish for it gives way to what Anthropic refuses together with it", arguments: bound)
    func givesWay(member: String, name: String) throws {
        let wish = try Self.request(.chatCompletions, #""reasoning_effort":"low","# + member)
        #expect(wish.obstacles(to: .anthropic) == [])
        #expect(wish.droppedHints(to: .anthropic) == ["reasoning_effort"])
        #expect(try Self.sent(wish, to: .anthropic) == "{}")
        #expect(wish.droppedHints(to: .gemini) == [])
    }

    @Test func `sampling gives way to a demand for it at Anthropic`() throws {
        let demand = try Self.request(
            .ollamaChat,
            #""think":true,"options":{"temperature":0.5,"top_k":9}"#
        )
        #expect(demand.obstacles(to: .anthropic) == [])
        #expect(
            demand.droppedHints(to: .anthropic) == ["options.temperature", "options.top_k"]
        )
        let sent = try demand.upstreamBody(for: .anthropic, model: "c").text
        #expect(sent.contains(#""thinking""#))
        #expect(!sent.contains("temperature") && !sent.contains("top_k"))
        #expect(demand.droppedHints(to: .gemini) == [])
    }

    @Test func `what is lost of it is reported`() throws {
        let budget = #""max_tokens":9,"thinking":{"type":"enabled","budget_tokens":1024}"#
        let asked = try Self.request(.messages, budget)
        #expect(asked.droppedHints(to: .ollama) == ["thinking.budget_tokens"])
        #expect(asked.droppedHints(to: .openai) == [])
        let hidden = #""max_tokens":9,"thinking":{"type":"adaptive","display":"omitted"}"#
        #expect(
            try Self.request(.messages, hidden).droppedHints(to: .gemini) == ["thinking.display"]
        )
        let off = try Self.request(.ollamaChat, #""think":false"#)
        #expect(off.droppedHints(to: .openai) == ["think"])
        #expect(off.droppedHints(to: .anthropic) == [])
        let odd = try Self.request(.chatCompletions, #""reasoning_effort":"wild""#)
        #expect(odd.droppedHints(to: .anthropic) == ["reasoning_effort"])
        #expect(try Self.sent(odd, to: .gemini) == #"{"thinkingConfig":{"includeThoughts":true}}"#)
    }

    @Test func `what is no word for it is dropped, and a count of the wrong type refused`() throws {
        for think in [#""wild""#, "2", "{}"] {
            let request = try Self.request(.ollamaChat, "\"think\":\(think)")
            #expect(request.droppedHints(to: .openai) == ["think"])
            #expect(request.droppedHints(to: .ollama) == [])
        }
        let odd = #""max_tokens":9,"thinking":{"type":"enabled","budget_tokens":"1"}"#
        #expect(
            try Self.request(.messages, odd).obstacles(to: .openai) == ["thinking.budget_tokens"]
        )
    }

    static let needs: [(ClientAPI, String, Bool)] = [
        (.messages, #""max_tokens":9,"thinking":{"type":"enabled","budget_tokens":1024}"#, true),
        (.messages, #""max_tokens":9,"thinking":{"type":"adaptive"}"#, false),
        (.messages, #""max_tokens":9,"thinking":{"type":"disabled"}"#, false),
        (.ollamaChat, #""think":true"#, true), (.ollamaGenerate, #""think":"high""#, true),
        (.ollamaChat, #""think":false"#, false),
        (.chatCompletions, #""reasoning_effort":"high""#, false),
    ]

    @Test("where it is demanded, models that can't are no candidates", arguments: needs)
    func isNeeded(api: ClientAPI, members: String, isNeeded: Bool) throws {
        #expect(try Self.request(api, members).needs.contains(.reasoning) == isNeeded)
    }

    @Test func `a response's own reasoning goes back to Ollama with its turn`() throws {
        let body = #"""
            {"model":"m","input":[{"role":"user","content":"Hi"},
            {"type":"reasoning","id":"r1","summary":[],"content":[{"type":"reasoning_text","text":"Hm."}]},
            {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
            {"type":"reasoning","id":"r2","summary":[],"content":[{"type":"reasoning_text","text":"Ah."}]},
            {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
            {"type":"function_call_output","call_id":"a","output":"1"},
            {"type":"function_call_output","call_id":"b","output":"2"},
            {"type":"reasoning","id":"r3","summary":[],"encrypted_content":"x"},
            {"role":"user","content":"So?"}]}
            """#
        let request = try ClientRequest(api: .responses, body: [UInt8](body))
        #expect(request.droppedHints(to: .openai) == ["input[1]", "input[3]", "input[7]"])
        #expect(request.droppedHints(to: .ollama) == ["input[7]"])
        let sent = try request.upstreamBody(for: .ollama, model: "m")
        #expect(sent.text.contains(#""thinking":"Hm.Ah.""#))
        let chat = try request.upstreamBody(for: .openai, model: "m")
        #expect(chat.text.components(separatedBy: #""role":"assistant""#).count == 2)
    }
}
