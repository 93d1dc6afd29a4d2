import Events
import Foundation
import JSONBytes
import Testing

@testable import Providers

/// What other families lack and is said all the same: histories, documents, names, ids, wishes.
@Suite("Said in another way")
struct OpenWorldTests {
    private static func openAI(_ messages: String, _ members: String = "") throws -> ClientRequest {
        let more = members.isEmpty ? "" : "," + members
        return try ClientRequest(
            family: .openai,
            body: [UInt8](#"{"model":"m","messages":[\#(messages)]\#(more)}"#)
        )
    }

    private static func anthropic(
        _ messages: String,
        _ members: String = ""
    ) throws -> ClientRequest {
        let more = members.isEmpty ? "" : "," + members
        return try ClientRequest(
            family: .anthropic,
            body: [UInt8](#"{"model":"m","max_tokens":9,"messages":[\#(messages)]\#(more)}"#)
        )
    }

    private static func member(_ name: String, of body: [UInt8]) throws -> String {
        let value = try JSONSlice(validating: body).member(name)
        return value.map { Array($0.raw).canonical } ?? ""
    }

    private static func call(_ id: String, _ name: String, _ arguments: String = "{}") -> String {
        #"{"role":"assistant","tool_calls":[{"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"\#(arguments)"}}]}"#
    }

    private static func result(_ id: String, _ text: String) -> String {
        #"{"role":"tool","tool_call_id":"\#(id)","content":"\#(text)"}"#
    }

    @Test func `a result follows its call, a call without one gets a note, a stray one is text`()
        throws
    {
        let request = try Self.openAI(
            [
                #"{"role":"user","content":"go"}"#,
                #"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":""}},{"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
                #"{"role":"user","content":"wait"}"#, Self.result("b", "B"),
                Self.result("lost", "L"), #"{"role":"user","content":"so?"}"#,
            ].joined(separator: ",")
        )
        #expect(request.obstacles(to: .anthropic) == [])
        let sent = try request.upstreamBody(for: .anthropic, model: "c")
        let expected = #"""
            [{"role":"user","content":"go"},
            {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},
             {"type":"tool_use","id":"b","name":"g","input":{}}]},
            {"role":"user","content":[
             {"type":"tool_result","tool_use_id":"a","content":"[no result of this call is known]"},
             {"type":"tool_result","tool_use_id":"b","content":"B"},{"type":"text","text":"wait"},
             {"type":"text","text":"[the result of a call that is not part of this conversation]"},
             {"type":"text","text":"L"},{"type":"text","text":"so?"}]}]
            """#
        #expect(try Self.member("messages", of: sent) == expected.canonical)
    }

    @Test func `ids that come again, at once and later, belong to the nearest call`() throws {
        let request = try Self.openAI(
            [
                #"{"role":"user","content":"go"}"#,
                #"{"role":"assistant","tool_calls":[{"id":"x","function":{"name":"f"}},{"id":"x","function":{"name":"g"}}]}"#,
                Self.result("x", "F"), Self.result("x", "G"), Self.call("x", "h"),
                Self.result("x", "H"),
            ].joined(separator: ",")
        )
        let sent = try request.upstreamBody(for: .gemini, model: "g").text
        for (name, output) in [("f", "F"), ("g", "G"), ("h", "H")] {
            let response = #"{"name":"\#(name)","response":{"output":"\#(output)"}}"#
            #expect(sent.contains(response))
        }
        let anthropic = try request.upstreamBody(for: .anthropic, model: "c").text
        let ids = anthropic.components(separatedBy: #""id":""#).dropFirst()
            .compactMap { $0.split(separator: "\"").first }
        #expect(Set(ids).count == 3)
        for id in ids { #expect(anthropic.contains(#""tool_use_id":"\#(id)""#)) }
    }

    static let ids: [(String, Int)] = [
        ("functions.get_weather:0", 64), ("call|fc_1", 64), ("käse", 64), ("", 64),
        (String(repeating: "x", count: 300), 64),
    ]

    @Test("ids of calls have the letters and the length that a family takes", arguments: ids)
    func mapsIDs(id: String, limit: Int) throws {
        let request = try Self.openAI(
            [#"{"role":"user","content":"go"}"#, Self.call(id, "f"), Self.result(id, "F")]
                .joined(separator: ",")
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        let found = sent.components(separatedBy: #""tool_use_id":""#).last?
            .split(separator: "\"").first.map(String.init)
        let told = try #require(found)
        #expect(sent.contains(#""id":"\#(told)""#))
        #expect(told.utf8.count <= limit)
        #expect(told.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789_".utf8.contains($0) })
        #expect(sent.contains(#""content":"F""#))
    }

    @Test func `an id is no longer than OpenAI takes`() throws {
        let id = "toolu_" + String(repeating: "1", count: 60)
        let request = try Self.anthropic(
            #"""
            {"role":"user","content":"go"},
            {"role":"assistant","content":[{"type":"tool_use","id":"\#(id)","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"\#(id)","content":"F"}]}
            """#
        )
        let sent = try request.upstreamBody(for: .openai, model: "g").text
        let told = try #require(
            sent.components(separatedBy: #""tool_call_id":""#).last?.split(separator: "\"").first
        )
        #expect(told.count == 40 && sent.contains(#""id":"\#(told)""#))
    }

    static let names = [
        "mcp.server/read file", "9lives", "größe", String(repeating: "long_", count: 30), "plain",
    ]

    @Test("a tool's name is one that the family takes, and comes back", arguments: names)
    func mapsNames(name: String) throws {
        let tool = #"{"type":"function","function":{"name":"\#(name)"}}"#
        let request = try Self.openAI(
            #"{"role":"user","content":"go"},\#(Self.call("a", name)),\#(Self.result("a", "1"))"#,
            #""tools":[\#(tool)],"tool_choice":{"type":"function","function":{"name":"\#(name)"}}"#
        )
        for family in [WireFamily.anthropic, .gemini, .openai] {
            let conversation = try request.conversation()
            let told = conversation.shaped(for: family)
            let sent = try #require(told.tools.first?.name.string)
            #expect(ToolNameRule(of: family).takes(sent.utf8))
            #expect(told.turns.flatMap(\.parts.toolCalls).first?.name.isString(sent) == true)
            guard case .named(let choice) = told.toolChoice else {
                Issue.record("the tool is not forced any more")
                return
            }
            #expect(choice.isString(sent))
            var restoration = AnswerRestoration(of: conversation, for: family)
            let start = ToolCallStart(name: .string(of: sent.utf8))
            let parts = [AnswerPart.toolCall(index: 0, start)]
            let restored = restoration?.restore(parts) ?? parts
            guard case .toolCall(_, let back)? = restored.first else {
                Issue.record("the call is gone")
                return
            }
            #expect(back.name?.isString(name) == true)
        }
    }

    @Test func `names that differ only in what can't be sent stay apart`() throws {
        let tools = ["a.b", "a/b", "a_b"].map {
            #"{"type":"function","function":{"name":"\#($0)"}}"#
        }
        let request = try Self.openAI(
            #"{"role":"user","content":"go"}"#,
            #""tools":[\#(tools.joined(separator: ","))]"#
        )
        let told = try request.conversation().shaped(for: .anthropic).tools
            .compactMap(\.name.string)
        #expect(Set(told).count == 3)
        #expect(told[2] == "a_b" || told[0] == "a_b")
    }

    @Test func `broken arguments are kept as the text that they are`() throws {
        let broken = [#"{\"a\": 1"#, "[1]", "nothing"]
        for arguments in broken {
            let request = try Self.openAI(
                [
                    #"{"role":"user","content":"go"}"#, Self.call("a", "f", arguments),
                    Self.result("a", "1"),
                ].joined(separator: ",")
            )
            #expect(request.obstacles(to: .anthropic) == [])
            let sent = try request.upstreamBody(for: .anthropic, model: "c").text
            #expect(sent.contains(#""input":{"_raw":"\#(arguments)"}"#))
        }
    }

    @Test func `arguments that are the object itself are read`() throws {
        let request = try Self.openAI(
            #"""
            {"role":"user","content":"go"},
            {"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":{"city":"Oslo"}}}]},
            {"role":"tool","tool_call_id":"a","content":"1"}
            """#
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        #expect(sent.contains(#""input":{"city":"Oslo"}"#))
    }

    static let pdf = #"{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}"#

    @Test func `a document reaches who takes it, plain text everybody`() throws {
        let request = try Self.anthropic(
            #"""
            {"role":"user","content":[{"type":"document","title":"Notes","source":{"type":"text","media_type":"text/plain","data":"one"}},
            {"type":"document","source":{"type":"base64","media_type":"text/csv","data":"YSxi"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
            {"type":"text","text":"sum up"}]}
            """#
        )
        for family in [WireFamily.openai, .ollama, .gemini] {
            #expect(request.obstacles(to: family) == [])
            let sent = try request.upstreamBody(for: ProviderDialect(family), model: "m").text
            for text in [#"Notes\n\none"#, "a,b", "inner", "sum up"] {
                #expect(sent.contains(text))
            }
        }
        let document = try Self.anthropic(
            #"{"role":"user","content":[{"type":"document","title":"a.pdf","source":\#(Self.pdf)}]}"#
        )
        #expect(document.obstacles(to: .ollama) == ["messages[0].content[0]"])
        let openAI = try document.upstreamBody(for: .openai, model: "g").text
        #expect(
            openAI.contains(
                #"{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}"#
            )
        )
        let gemini = try document.upstreamBody(for: .gemini, model: "g").text
        #expect(
            gemini.contains(#"{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0="}}"#)
        )
    }

    @Test func `OpenAI's files become documents`() throws {
        let request = try Self.openAI(
            #"""
            {"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"JVBERi0="}},
            {"type":"file","file":{"filename":"b.txt","file_data":"data:text/plain;base64,aGk="}},
            {"type":"text","text":"sum up"}]}
            """#
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        #expect(
            sent.contains(
                #"{"type":"document","source":\#(Self.pdf),"title":"a.pdf"}"#
            )
        )
        #expect(sent.contains(#"b.txt\n\nhi"#))
    }

    @Test func `what a tool shows stands behind its result`() throws {
        let request = try Self.anthropic(
            #"""
            {"role":"user","content":"look"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Read","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"2 files"},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},
             {"type":"document","source":\#(Self.pdf)}]},{"type":"text","text":"well?"}]}
            """#
        )
        for family in [WireFamily.openai, .ollama, .gemini] {
            #expect(request.obstacles(to: family) == [])
        }
        let openAI = try request.upstreamBody(for: .openai, model: "g")
        let expected = #"""
            [{"role":"user","content":"look"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"Read","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"t","content":"2 files\n\n[2 files: shown below]"},
            {"role":"user","content":[{"type":"text","text":"[2 files from the result of Read]"},
             {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},
             {"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}]},
            {"role":"user","content":"well?"}]
            """#
        #expect(try Self.member("messages", of: openAI) == expected.canonical)
        // Ollama takes the picture, and a note for the document.
        let ollama = try request.upstreamBody(for: .ollama, model: "q").text
        #expect(ollama.contains(#""images":["iVBORw0KGgo="]"#))
        #expect(ollama.contains("file of type application/pdf left out"))
    }

    @Test func `a late system text is a system message or the user's in a tag`() throws {
        let request = try Self.anthropic(
            #"""
            {"role":"system","content":"first"},{"role":"user","content":"hi"},
            {"role":"system","content":[{"type":"text","text":"# Environment","cache_control":{"type":"ephemeral"}}],"output_config":{"effort":"low"}}
            """#,
            #""system":"top""#
        )
        #expect(request.obstacles(to: .gemini) == [])
        #expect(
            request.droppedHints(to: .openai) == [
                "messages[2].content[0].cache_control", "messages[2].output_config",
            ]
        )
        let openAI = try request.upstreamBody(for: .openai, model: "g")
        #expect(
            try Self.member("messages", of: openAI)
                == #"""
                [{"role":"system","content":"top\n\nfirst"},{"role":"user","content":"hi"},
                {"role":"system","content":"# Environment"}]
                """#.canonical
        )
        let gemini = try request.upstreamBody(for: .gemini, model: "g").text
        #expect(
            gemini.contains(#"{"text":"<system-reminder>\n# Environment\n</system-reminder>"}"#)
        )
    }

    @Test func `blocks that only Anthropic has are texts`() throws {
        let request = try Self.anthropic(
            #"""
            {"role":"user","content":"hi"},
            {"role":"assistant","content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}},
             {"type":"web_search_tool_result","tool_use_id":"s","content":[{"type":"web_search_result","url":"https://x","title":"X"}]},
             {"type":"redacted_thinking","data":"zzz"},{"type":"tool_use","id":"t","name":"ToolSearch","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"tool_reference","tool_name":"WebFetch"},
             {"type":"search_result","title":"Guide","source":"https://g","content":[{"type":"text","text":"found"}]}]},
             {"type":"brand_new","text":"said"},{"type":"newer","data":1}]}
            """#
        )
        let sent = try request.upstreamBody(for: .openai, model: "g").text
        for text in [
            #"[called web_search with {\"query\":\"x\"}]"#, "https://x",
            "The tool WebFetch is available.",
            #"Guide\nhttps://g"#, "found", "said", "[newer left out]",
        ] {
            #expect(sent.contains(text))
        }
        #expect(!sent.contains("zzz"))
    }

    @Test func `what is mistyped in the past is left out, in the current turn it is an error`()
        throws
    {
        let odd =
            #"{"role":"user","content":[{"type":"text","text":7},{"type":"text","text":"kept"}]}"#
        let past = try Self.anthropic(
            #"\#(odd),{"role":"assistant","content":5},{"role":"user","content":"go on"}"#
        )
        #expect(past.obstacles(to: .openai) == [])
        #expect(try past.upstreamBody(for: .openai, model: "g").text.contains("kept"))
        #expect(
            try Self.anthropic(odd).obstacles(to: .openai) == ["messages[0].content[0].text"]
        )
    }

    @Test func `the bill's header is left out of the prompt`() throws {
        let header = "x-anthropic-billing-header: cc_version=2.1.0; cc_entrypoint=cli;"
        for system in [
            #"[{"type":"text","text":"\#(header)"},{"type":"text","text":"Be kind."}]"#,
            #""\#(header)\n\nBe kind.""#,
        ] {
            let request = try Self.anthropic(
                #"{"role":"user","content":"hi"}"#,
                #""system":\#(system)"#
            )
            let sent = try request.upstreamBody(for: .openai, model: "g").text
            #expect(sent.contains(#"{"role":"system","content":"Be kind."}"#))
            #expect(
                request.droppedHints(to: .openai) == [
                    system.hasPrefix("[") ? "system[0]" : "system"
                ]
            )
        }
    }

    @Test func `a user's long name is told as one that is short enough`() throws {
        let long = String(repeating: "ü", count: 70)
        for (user, isKept) in [
            ("u-1", true), (String(repeating: "a", count: 64), true), (long, false),
        ] {
            let request = try Self.anthropic(
                #"{"role":"user","content":"hi"}"#,
                #""metadata":{"user_id":"\#(user)"}"#
            )
            let sent = try request.upstreamBody(for: .openai, model: "g")
            let told = try #require(JSONSlice(validating: sent).member("user")?.string)
            #expect(told.count <= 64 && (told == user) == isKept)
            #expect(try request.upstreamBody(for: .openai, model: "g") == sent)
        }
    }

    @Test func `an answer is no longer than the model's longest`() throws {
        let request = try Self.anthropic(#"{"role":"user","content":"hi"}"#)
        for (most, limit) in [(5, 5), (100, 9)] {
            let options = BodyOptions(mostOutput: most)
            for (family, name) in [
                (WireFamily.openai, "max_tokens"), (.ollama, "num_predict"),
                (.gemini, "maxOutputTokens"),
            ] {
                let sent = try request.upstreamBody(
                    for: ProviderDialect(family),
                    model: "m",
                    options: options
                ).text
                #expect(sent.contains(#""\#(name)":\#(limit)"#))
            }
        }
    }

    @Test func `marks of the cache go to Anthropic wherever a client says them`() throws {
        let mark = #""cache_control":{"type":"ephemeral","ttl":"1h"}"#
        let request = try Self.openAI(
            #"""
            {"role":"system","content":[{"type":"text","text":"s",\#(mark)}]},
            {"role":"user","content":"u",\#(mark)},\#(Self.call("a", "f")),
            {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"r",\#(mark)}]}
            """#,
            #""tools":[{"type":"function","function":{"name":"f"},\#(mark)}]"#
        )
        #expect(request.droppedHints(to: .anthropic) == [])
        #expect(request.droppedHints(to: .gemini).count == 4)
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        #expect(sent.components(separatedBy: mark).count == 5)
        #expect(sent.contains(#""system":[{"type":"text","text":"s",\#(mark)}]"#))
        #expect(sent.contains(#""content":"r",\#(mark)}"#))
    }

    @Test func `what was thought goes back to the models that demand it`() throws {
        let request = try Self.anthropic(
            #"""
            {"role":"user","content":"hi"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":""},{"type":"tool_use","id":"t","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]},
            {"role":"assistant","content":"Done."},{"role":"user","content":"and?"}
            """#
        )
        let options = BodyOptions(returnsThinking: true)
        let sent = try request.upstreamBody(for: .openai, model: "d", options: options).text
        #expect(sent.contains(#""reasoning_content":"Hm.""#))
        #expect(sent.contains(#"{"role":"assistant","content":"Done.","reasoning_content":" "}"#))
        let other = try request.upstreamBody(for: .openai, model: "g").text
        #expect(!other.contains("reasoning_content"))
    }

    @Test func `what Anthropic can't hold an answer to stands in the description`() throws {
        let schema =
            #"{"type":"object","properties":{"n":{"type":"integer","minimum":0,"maximum":9,"description":"How many."},"s":{"type":"string","minLength":2,"format":"color"},"d":{"type":"string","format":"date"},"l":{"type":"array","items":{"oneOf":[{"type":"string","pattern":"^a"},{"type":"null"}]},"minItems":1,"maxItems":3},"minimum":{"type":"number"}},"required":["n"]}"#
        let request = try Self.openAI(
            #"{"role":"user","content":"hi"}"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":\#(schema)}}"#
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c")
        let told =
            #"{"type":"object","properties":{"n":{"type":"integer","description":"How many.\n\n{minimum: 0, maximum: 9}"},"s":{"type":"string","description":"{minLength: 2, format: color}"},"d":{"type":"string","format":"date"},"l":{"type":"array","items":{"anyOf":[{"type":"string","description":"{pattern: ^a}"},{"type":"null"}]},"minItems":1,"description":"{maxItems: 3}"},"minimum":{"type":"number"}},"required":["n"],"additionalProperties":false}"#
        #expect(
            try Self.member("output_config", of: sent)
                == #"{"format":{"type":"json_schema","schema":\#(told)}}"#.canonical
        )
    }

    static let toolShapes = [
        #"{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}"#,
        #"{"name":"f","description":"d","input_schema":{"type":"object"}}"#,
        #"{"type":"custom","name":"f","description":"d","input_schema":{"type":"object"}}"#,
    ]

    @Test(arguments: toolShapes)
    func `tools of a chat in the shape of another API are tools`(_ tool: String) throws {
        for (choice, told) in [
            (#"{"type":"tool","name":"f"}"#, #"{"type":"tool","name":"f"}"#),
            (#"{"type":"function","name":"f"}"#, #"{"type":"tool","name":"f"}"#),
            (#"{"type":"any"}"#, #"{"type":"any"}"#), (#"{"type":"auto"}"#, #"{"type":"auto"}"#),
        ] {
            let request = try Self.openAI(
                #"{"role":"user","content":"hi"}"#,
                #""tools":[\#(tool)],"tool_choice":\#(choice)"#
            )
            let sent = try request.upstreamBody(for: .anthropic, model: "c")
            #expect(
                try Self.member("tools", of: sent)
                    == #"[{"name":"f","description":"d","input_schema":{"type":"object"}}]"#
                    .canonical
            )
            #expect(try Self.member("tool_choice", of: sent) == told.canonical)
        }
    }

    @Test func `parts of a chat in Anthropic's shape, and results that are no text, are said`()
        throws
    {
        let request = try Self.openAI(
            [
                #"{"role":"user","content":["go",{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}"#,
                Self.call("a", "f"),
                #"{"role":"tool","tool_call_id":"a","content":{"rows":[1]}}"#,
                #"{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"D"}},{"type":"image_url","image_url":{"url":"data:image/jpg;base64,BBBB"}}]}"#,
            ].joined(separator: ",")
        )
        #expect(request.obstacles(to: .anthropic) == [])
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        for part in [
            #"{"type":"text","text":"go"}"#, #""media_type":"image/png","data":"AAAA""#,
            #""content":"{\"rows\":[1]}""#, #""media_type":"image/jpeg","data":"BBBB""#,
        ] { #expect(sent.contains(part)) }
        #expect(!sent.contains("left out"))
    }

    @Test func `a tool that is declared twice is declared once`() throws {
        let tool = #"{"type":"function","function":{"name":"f"}}"#
        let request = try Self.openAI(
            #"{"role":"user","content":"hi"}"#,
            #""tools":[\#(tool),\#(tool)]"#
        )
        let sent = try request.upstreamBody(for: .gemini, model: "g")
        #expect(
            try Self.member("tools", of: sent)
                == #"[{"functionDeclarations":[{"name":"f"}]}]"#.canonical
        )
        #expect(request.droppedHints(to: .gemini) == ["tools[1]"])
    }

    @Test func `a format without a schema is any JSON`() throws {
        let request = try Self.openAI(
            #"{"role":"user","content":"hi"}"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#
        )
        #expect(request.obstacles(to: .gemini) == [])
        let sent = try request.upstreamBody(for: .ollama, model: "l")
        #expect(try Self.member("format", of: sent) == #""json""#)
    }

    @Test func `a call that failed has failed for Gemini too`() throws {
        let use = #"{"type":"tool_use","id":"t","name":"f","input":{}}"#
        let failed = #"{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"no"}"#
        let turns =
            #"{"role":"user","content":"go"},{"role":"assistant","content":[\#(use)]},{"role":"user","content":[\#(failed)]}"#
        let request = try Self.anthropic(turns)
        let sent = try request.upstreamBody(for: .gemini, model: "g")
        #expect(sent.text.contains(#""response":{"error":"no"}"#))
        #expect(request.droppedHints(to: .gemini) == [])
        #expect(request.droppedHints(to: .openai) == ["messages[2].content[0].is_error"])
    }

    @Test func `an object without properties has some for OpenAI`() throws {
        let request = try Self.anthropic(
            #"{"role":"user","content":"hi"}"#,
            #""tools":[{"name":"f","input_schema":{"type":"object"}},{"name":"g","input_schema":{}}]"#
        )
        let sent = try request.upstreamBody(for: .openai, model: "g")
        let parameters = #""parameters":{"type":"object","properties":{}}"#
        let tools = ["f", "g"].map {
            #"{"type":"function","function":{"name":"\#($0)",\#(parameters)}}"#
        }
        #expect(
            try Self.member("tools", of: sent) == "[\(tools.joined(separator: ","))]".canonical
        )
    }

    @Test func `a schema's words are kept between OpenAI and Anthropic`() throws {
        let schema =
            #"{"type":"object","properties":{"a":{"type":"array","items":{"properties":{"b":{"type":"object","additionalProperties":{"type":"string"}}}}}}}"#
        let request = try Self.openAI(
            #"{"role":"user","content":"hi"}"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":\#(schema)}},"reasoning_effort":"low""#
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c")
        let closed =
            #"{"type":"object","properties":{"a":{"type":"array","items":{"properties":{"b":{"type":"object","additionalProperties":false,"description":"{additionalProperties: {\"type\":\"string\"}}"}},"additionalProperties":false}}},"additionalProperties":false}"#
        #expect(
            try Self.member("output_config", of: sent)
                == #"{"effort":"low","format":{"type":"json_schema","schema":\#(closed)}}"#
                .canonical
        )
        for name in ["output_config", "output_format"] {
            let format = #"{"type":"json_schema","schema":{"type":"object"}}"#
            let back = try Self.anthropic(
                #"{"role":"user","content":"hi"}"#,
                name == "output_format"
                    ? #""output_format":\#(format)"# : #""output_config":{"format":\#(format)}"#
            )
            let openAI = try back.upstreamBody(for: .openai, model: "g")
            #expect(
                try Self.member("response_format", of: openAI)
                    == #"{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}"#
                    .canonical
            )
        }
    }

    @Test func `allowed tools are those that are declared elsewhere`() throws {
        let tools = ["f", "g"].map { #"{"type":"function","function":{"name":"\#($0)"}}"# }
        let request = try Self.openAI(
            #"{"role":"user","content":"hi"}"#,
            #""tools":[\#(tools.joined(separator: ","))],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"#
        )
        let sent = try request.upstreamBody(for: .anthropic, model: "c").text
        #expect(!sent.contains(#""name":"f""#) && sent.contains(#""name":"g""#))
        #expect(sent.contains(#""tool_choice":{"type":"any"}"#))
    }

    @Test func `thinking that nobody signed is taken back when bytes pass to Anthropic`() throws {
        let signed = #"{"type":"thinking","thinking":"A","signature":"s"}"#
        let body = #"""
            {"model":"m", "max_tokens":9,"messages":[{"role":"user","content":"hi"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"B","signature" : ""},{"type":"text","text":"ok"}], "odd":1},
            {"role":"assistant","content":[{"signature":"","type":"thinking","thinking":"C"}]},
            {"role":"assistant","content":[\#(signed),{"type":"text","text":"\"signature\":\"\""}]}]}
            """#
        let request = try ClientRequest(family: .anthropic, body: [UInt8](body))
        let sent = try request.upstreamBody(for: .anthropic, model: "m")
        #expect(
            sent.canonical
                == #"""
                {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},
                {"role":"assistant","content":[{"type":"text","text":"ok"}],"odd":1},
                {"role":"assistant","content":[\#(signed),{"type":"text","text":"\"signature\":\"\""}]}]}
                """#.canonical
        )
        let untouched = try Self.anthropic(#"{"role":"assistant","content":[\#(signed)]}"#)
        #expect(try untouched.upstreamBody(for: .anthropic, model: "m") == untouched.body)
    }
}
