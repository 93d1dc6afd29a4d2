import Events
import JSONBytes
import Providers
import Testing

@Suite("Translated requests")
struct TranslationTests {
    static let openAI = #"""
        {"model":"auto","messages":[
        {"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"Be\nkind."}]},
        {"role":"user","content":[{"type":"text","text":"What is \"this\"?"},
         {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},
        {"role":"assistant","content":"Looking.","tool_calls":[
         {"id":"c1","type":"function","function":{"name":"look","arguments":"{\"at\": \"K\\u00f6ln\"}"}},
         {"id":"c2","type":"function","function":{"name":"wait","arguments":""}}]},
        {"role":"tool","tool_call_id":"c1","content":"a cat"},
        {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"done"}]},
        {"role":"user","content":"And?"}],
        "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object","properties":{}},"strict":true}},
         {"type":"function","function":{"name":"wait"}}],
        "tool_choice":"auto","parallel_tool_calls":true,"max_completion_tokens":50,"temperature":0.70,"top_p":0.9,
        "stop":["END","\n"],"stream":true,"user":"u-1","metadata":{"task":"x"},"n":1,"logit_bias":null}
        """#

    @Test func `OpenAI becomes Anthropic`() throws {
        let request = try ClientRequest(family: .openai, body: [UInt8](Self.openAI))
        #expect(request.obstacles(to: .anthropic) == [])
        // Anthropic's models take a temperature or `top_p`, and no blank stop sequence.
        #expect(request.droppedHints(to: .anthropic) == ["metadata", "stop[1]", "top_p"])
        let sent = try request.upstreamBody(for: .anthropic, model: "claude-x")
        let expected = #"""
            {"model":"claude-x","max_tokens":50,"system":"Be brief.\n\nBe\nkind.","messages":[
            {"role":"user","content":[{"type":"text","text":"What is \"this\"?"},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
            {"role":"assistant","content":[{"type":"text","text":"Looking."},
             {"type":"tool_use","id":"c1","name":"look","input":{"at":"Köln"}},
             {"type":"tool_use","id":"c2","name":"wait","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"a cat"},
             {"type":"tool_result","tool_use_id":"c2","content":"done"},{"type":"text","text":"And?"}]}],
            "temperature":0.70,"stop_sequences":["END"],
            "tools":[{"name":"look","description":"Looks","strict":true,
              "input_schema":{"type":"object","properties":{},"additionalProperties":false}},
             {"name":"wait","input_schema":{"type":"object"}}],
            "tool_choice":{"type":"auto"},"metadata":{"user_id":"u-1"},"stream":true}
            """#
        #expect(sent.canonical == expected.canonical)
        #expect(sent.text.contains("\"temperature\":0.70"))
    }

    @Test func `OpenAI becomes Ollama`() throws {
        let request = try ClientRequest(family: .openai, body: [UInt8](Self.openAI))
        #expect(request.obstacles(to: .ollama) == [])
        #expect(request.droppedHints(to: .ollama).contains("user"))
        let sent = try request.upstreamBody(
            for: .ollama,
            model: "q:7b",
            options: BodyOptions(contextTokens: 8_192)
        )
        let expected = #"""
            {"model":"q:7b","messages":[{"role":"system","content":"Be brief.\n\nBe\nkind."},
            {"role":"user","content":"What is \"this\"?","images":["iVBORw0KGgo="]},
            {"role":"assistant","content":"Looking.","tool_calls":[
             {"function":{"name":"look","arguments":{"at":"Köln"}}},{"function":{"name":"wait","arguments":{}}}]},
            {"role":"tool","tool_name":"look","content":"a cat"},
            {"role":"tool","tool_name":"wait","content":"done"},{"role":"user","content":"And?"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object","properties":{}}}},
             {"type":"function","function":{"name":"wait"}}],
            "options":{"num_ctx":8192,"num_predict":50,"temperature":0.7,"top_p":0.9,"stop":["END","\n"]},
            "stream":true}
            """#
        #expect(sent.canonical == expected.canonical)
    }

    static let anthropic = #"""
        {"model":"auto","max_tokens":70,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":[{"type":"text","text":"This?"},
         {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/"}},
         {"type":"image","source":{"type":"url","url":"https://x/y.png"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"Looking."},
         {"type":"tool_use","id":"t1","name":"look","input":{"at":"K\u00f6ln"}},{"type":"tool_use","id":"t2","name":"wait","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"a cat"},
         {"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"do"},{"type":"text","text":"ne"}],"is_error":true},
         {"type":"text","text":"And?"}]}],
        "tools":[{"name":"look","description":"Looks","input_schema":{"type":"object"}}],
        "tool_choice":{"type":"any","disable_parallel_tool_use":true},"stop_sequences":["END"],"temperature":1,
        "metadata":{"user_id":"u-1"},"stream":true,"thinking":{"type":"disabled"}}
        """#

    @Test func `Anthropic becomes OpenAI`() throws {
        let request = try ClientRequest(family: .anthropic, body: [UInt8](Self.anthropic))
        #expect(request.obstacles(to: .openai) == [])
        #expect(
            request.droppedHints(to: .openai) == [
                "messages[1].content[0]", "messages[2].content[1].is_error",
                "system[0].cache_control", "thinking",
            ]
        )
        let sent = try request.upstreamBody(for: .openai, model: "gpt-x")
        let expected = #"""
            {"model":"gpt-x","messages":[{"role":"system","content":"Be brief."},
            {"role":"user","content":[{"type":"text","text":"This?"},
             {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/"}},
             {"type":"image_url","image_url":{"url":"https://x/y.png"}}]},
            {"role":"assistant","content":"Looking.","tool_calls":[
             {"id":"t1","type":"function","function":{"name":"look","arguments":"{\"at\":\"K\\u00f6ln\"}"}},
             {"id":"t2","type":"function","function":{"name":"wait","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"t1","content":"a cat"},
            {"role":"tool","tool_call_id":"t2","content":"do\n\nne"},{"role":"user","content":"And?"}],
            "max_tokens":70,"temperature":1,"stop":["END"],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object","properties":{}}}}],
            "tool_choice":"required","parallel_tool_calls":false,"user":"u-1","stream":true,
            "stream_options":{"include_usage":true}}
            """#
        #expect(sent.canonical == expected.canonical)
        #expect(request.obstacles(to: .ollama) == [])
    }

    @Test func `Anthropic's limit is the client's, else the gateway's, else a default`() throws {
        func limit(_ members: String, _ options: BodyOptions) throws -> Int? {
            let sent = try openAIRequest(members).upstreamBody(
                for: .anthropic,
                model: "c",
                options: options
            )
            return try JSONSlice(validating: sent).member("max_tokens")?.int
        }
        #expect(try limit(#""max_tokens":5"#, BodyOptions(outputLimit: 9)) == 5)
        #expect(try limit(#""x":null"#, BodyOptions(outputLimit: 9)) == 9)
        #expect(try limit(#""x":null"#, BodyOptions()) == 4_096)
    }

    static let demands: [(String, [String])] = [
        (#""n":2"#, ["n"]),
        (#""n":1,"logprobs":false,"logit_bias":{},"modalities":["text"]"#, []),
        (#""logprobs":true,"top_logprobs":3"#, ["logprobs"]),
        (#""top_logprobs":0"#, []),
        (#""logit_bias":{"5":1}"#, ["logit_bias"]),
        (#""audio":{"voice":"x"},"modalities":["audio"]"#, ["audio", "modalities"]),
        (#""response_format":{"type":"grammar"}"#, ["response_format"]),
        (#""functions":[{"name":"f"}]"#, ["functions"]),
        (#""stop":7"#, ["stop"]),
    ]

    @Test("what changes the answer and can't be said is refused by name", arguments: demands)
    func refusesDemands(members: String, fields: [String]) throws {
        let request = try openAIRequest(members)
        for family in [WireFamily.anthropic, .ollama, .gemini] {
            #expect(request.obstacles(to: family) == fields)
        }
        if !fields.isEmpty {
            #expect(throws: RequestError.self) {
                try request.upstreamBody(for: .anthropic, model: "m")
            }
        }
        #expect(try request.upstreamBody(for: .openai, model: "auto") == request.body)
    }

    static let wishes: [(String, [String], [String])] = [
        // members, dropped for Anthropic, dropped for Ollama
        (#""temperature":1.5"#, ["temperature"], []),
        (#""temperature":1.0"#, [], []),
        (#""seed":4"#, ["seed"], []),
        (#""frequency_penalty":0,"presence_penalty":0.5"#, ["presence_penalty"], []),
        (#""brand_new":1,"another":null"#, ["brand_new"], ["brand_new"]),
        (#""verbosity":"low","web_search_options":{}"#, Self.asked, Self.asked),
        (#""reasoning":{"max_tokens":2000}"#, [], ["reasoning"]),
        (#""reasoning":{"effort":"high","exclude":true}"#, [], ["reasoning.effort"]),
        (#""thinking":{"type":"enabled","budget_tokens":2000}"#, [], ["thinking"]),
        (#""tool_choice":"sometimes""#, ["tool_choice"], ["tool_choice"]),
        (#""tools":[{"type":"retrieval"}]"#, ["tools[0]"], ["tools[0]"]),
        (
            #""user":"u","store":true,"service_tier":"flex","metadata":{"a":"b"}"#,
            ["metadata", "service_tier", "store"], ["metadata", "service_tier", "store", "user"]
        ),
        (#""stop":["a","b","c","d","e"," "]"#, ["stop[5]"], []),
    ]

    private static let asked = ["verbosity", "web_search_options"]

    @Test("a wish that can't be said is dropped and reported", arguments: wishes)
    func dropsWishes(members: String, anthropic: [String], ollama: [String]) throws {
        let request = try openAIRequest(members)
        #expect(request.obstacles(to: .anthropic) == [])
        #expect(request.obstacles(to: .ollama) == [])
        #expect(request.droppedHints(to: .anthropic) == anthropic)
        #expect(request.droppedHints(to: .ollama) == ollama)
        _ = try request.upstreamBody(for: .anthropic, model: "m")
    }

    static let contents: [(String, [String], [String])] = [
        // messages, obstacles to Anthropic, obstacles to Ollama
        (#"{"role":"user","content":"a"},{"role":"system","content":"b"}"#, [], []),
        (
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}"#,
            [], ["messages[0].content[0].image_url.url"]
        ),
        (
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:text,x"}}]}"#,
            ["messages[0].content[0].image_url.url"], ["messages[0].content[0].image_url.url"]
        ),
        (
            #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"mp3"}}]}"#,
            ["messages[0].content[0]"], ["messages[0].content[0]"]
        ),
        (
            #"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}"#,
            ["messages[0].content[0].file"], ["messages[0].content[0].file"]
        ),
        (
            #"{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"}}]}"#,
            [], ["messages[0].content[0].file"]
        ),
        (
            #"{"role":"user","content":[{"type":"hologram","text":"x"}]}"#, [], []
        ),
        (#"{"role":"function","name":"f","content":"x"}"#, [], []),
        (#"{"role":"narrator","content":"x"}"#, [], []),
        (
            #"{"role":"tool","content":"x"}"#, ["messages[0].tool_call_id"],
            ["messages[0].tool_call_id"]
        ),
        (#"{"role":"user","content":"x","odd":1}"#, [], []),
        (#"{"role":"user","content":"x","name":"n"}"#, [], []),
    ]

    @Test("only what the current turn shows can exclude a provider", arguments: contents)
    func namesContents(messages: String, anthropic: [String], ollama: [String]) throws {
        let body = #"{"model":"m","messages":[\#(messages)]}"#
        let request = try ClientRequest(family: .openai, body: [UInt8](body))
        #expect(request.obstacles(to: .anthropic) == anthropic)
        #expect(request.obstacles(to: .ollama) == ollama)
        // The same said before an answer is noted where it stood.
        let past = try ClientRequest(
            family: .openai,
            body: [UInt8](
                #"{"model":"m","messages":[\#(messages),{"role":"assistant","content":"ok"},{"role":"user","content":"go on"}]}"#
            )
        )
        for family in [WireFamily.anthropic, .ollama, .gemini] {
            #expect(past.obstacles(to: family) == [])
            _ = try past.upstreamBody(for: ProviderDialect(family), model: "m")
        }
    }

    static let anthropicMembers: [(String, [String])] = [
        (#""thinking":{"type":"enabled","budget_tokens":1024}"#, []),
        (#""thinking":{"type":"guessed"}"#, []),
        (#""output_config":{"effort":"low","format":{}}"#, ["output_config.format"]),
        (#""output_format":{"type":"json_schema","schema":{"type":"object"}}"#, []),
        (#""container":"x","speed":"fast","inference_geo":"eu","mcp_servers":[{}]"#, []),
        (#""thread":{"type":"create"}"#, ["thread"]),
        (#""tools":[{"type":"web_search_20250305","name":"web_search"}]"#, []),
        (
            #""tools":[{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"tool","name":"web_search"}"#,
            ["tool_choice"]
        ),
        (
            #""tools":[{"type":"web_fetch_20250910","name":"web_fetch"}],"tool_choice":{"type":"any"}"#,
            ["tool_choice"]
        ),
        (#""service_tier":"auto","cache_control":{"type":"ephemeral"}"#, []),
        (#""context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}"#, []),
    ]

    @Test(
        "Anthropic's own fields are dropped but for what is demanded",
        arguments: anthropicMembers
    )
    func namesAnthropicObstacles(members: String, fields: [String]) throws {
        let request = try anthropicRequest(members)
        for family in [WireFamily.openai, .ollama, .gemini] {
            #expect(request.obstacles(to: family) == fields)
        }
    }

    static let anthropicMessages: [(String, [String])] = [
        (
            #"{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}"#,
            ["messages[0].content[0].source"]
        ),
        (
            #"{"role":"user","content":"a"},{"role":"assistant","content":"It is"}"#,
            ["messages[1]"]
        ),
        (
            #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"a/b","data":"AA"}}]}]}"#,
            []
        ),
        (
            #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"file"}},{"type":"document","source":{"type":"url","url":"https://x"}},7]}]}"#,
            []
        ),
        (
            #"{"role":"user","content":[{"type":"image","source":{"type":"file"}}]}"#,
            ["messages[0].content[0].source"]
        ),
    ]

    @Test(
        "Anthropic's blocks are said, noted, or refused in the current turn",
        arguments: anthropicMessages
    )
    func namesBlocks(messages: String, openAI: [String]) throws {
        let body = #"{"model":"m","max_tokens":1,"messages":[\#(messages)]}"#
        let request = try ClientRequest(family: .anthropic, body: [UInt8](body))
        #expect(request.obstacles(to: .openai) == openAI)
    }

    static let nestedHints: [(String, [String])] = [
        (
            #""stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}"#,
            ["stream_options.include_obfuscation"]
        ),
        (
            #""response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{}}}"#,
            []
        ),
        (
            #""tools":[{"type":"function","cache_control":{},"function":{"name":"f"}}]"#,
            ["tools[0].cache_control"]
        ),
    ]

    @Test("a hint inside of a field is reported by its path", arguments: nestedHints)
    func reportsNestedHints(members: String, hints: [String]) throws {
        #expect(try openAIRequest(members).droppedHints(to: .ollama) == hints)
        #expect(try openAIRequest(members).droppedHints(to: .openai) == [])
    }

    static let misplaced: [(WireFamily, String, String)] = [
        (
            .openai,
            #"{"role":"system","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}"#,
            ""
        ),
        (
            .openai,
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x","odd":1}}]}"#,
            "messages[0].content[0].image_url.odd"
        ),
        (
            .anthropic,
            #"{"role":"user","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}"#,
            ""
        ),
        (
            .anthropic,
            #"{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"a/b","data":"","odd":1}}]}"#,
            "messages[0].content[0].source.odd"
        ),
    ]

    @Test("what stands where no other family has it is noted or dropped", arguments: misplaced)
    func keepsMisplaced(family: WireFamily, message: String, path: String) throws {
        let hello = #"{"role":"user","content":"Hi"}"#
        let body = #"{"model":"m","max_tokens":1,"messages":[\#(message),\#(hello)]}"#
        let request = try ClientRequest(family: family, body: [UInt8](body))
        let other: WireFamily = family == .openai ? .anthropic : .openai
        #expect(request.obstacles(to: other) == [])
        #expect(request.droppedHints(to: other) == (path.isEmpty ? [] : [path]))
        _ = try request.upstreamBody(for: ProviderDialect(other), model: "m")
    }

    @Test func `a forbidden tool is not told to Ollama, and a schema is its format`() throws {
        let request = try openAIRequest(
            #"""
            "tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none",
            "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}},
            "seed":7,"frequency_penalty":0.5
            """#
        )
        let sent = try request.upstreamBody(for: .ollama, model: "q")
        let expected = #"""
            {"model":"q","messages":[{"role":"user","content":"Hi"}],"format":{"type":"object"},
            "options":{"seed":7,"frequency_penalty":0.5},"stream":false}
            """#
        #expect(sent.canonical == expected.canonical)
    }

    static let emptyTurns = #"""
        {"model":"auto","messages":[{"role":"system","content":" "},{"role":"user","content":"Hi"},
        {"role":"assistant","content":""},{"role":"user","content":null},{"role":"user","content":[]},
        {"role":"user","content":[{"type":"text","text":" \n"}]},
        {"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":""}}]},
        {"role":"tool","tool_call_id":"c1","content":""},{"role":"user","content":"And?"},
        {"role":"assistant"}]}
        """#

    @Test func `turns that hold nothing are left out where they are refused, and reported`() throws
    {
        let request = try ClientRequest(family: .openai, body: [UInt8](Self.emptyTurns))
        for family in [WireFamily.anthropic, .gemini] {
            #expect(request.obstacles(to: family) == [])
            #expect(
                request.droppedHints(to: family) == [
                    "messages[2]", "messages[3]", "messages[4]", "messages[5]", "messages[9]",
                ]
            )
        }
        let anthropic = try request.upstreamBody(for: .anthropic, model: "c")
        #expect(
            anthropic.canonical
                == #"""
                {"model":"c","max_tokens":4096,"messages":[{"role":"user","content":"Hi"},
                {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":""},
                 {"type":"text","text":"And?"}]}]}
                """#.canonical
        )
        let gemini = try request.upstreamBody(for: .gemini, model: "g")
        #expect(
            gemini.canonical
                == #"""
                {"contents":[{"role":"user","parts":[{"text":"Hi"}]},
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{}},
                 "thoughtSignature":"skip_thought_signature_validator"}]},
                {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":""}}},
                 {"text":"And?"}]}],"generationConfig":{}}
                """#.canonical
        )
    }

    @Test func `Ollama and OpenAI are told of an empty turn as of any other`() throws {
        let request = try ClientRequest(
            family: .openai,
            body: [UInt8](#"{"model":"m","messages":[{"role":"user","content":null}]}"#)
        )
        #expect(request.obstacles(to: .ollama) == [])
        #expect(request.droppedHints(to: .ollama) == [])
        let ollama = try request.upstreamBody(for: .ollama, model: "q")
        #expect(ollama.text.contains(#""messages":[{"role":"user","content":""}]"#))
        let anthropic = try ClientRequest(
            family: .anthropic,
            body: [UInt8](
                #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[]}]}"#
            )
        )
        #expect(anthropic.obstacles(to: .openai) == [])
        let openAI = try anthropic.upstreamBody(for: .openai, model: "g")
        #expect(openAI.text.contains(#""messages":[{"role":"user","content":""}]"#))
    }

    static let withoutTurns: [(ClientAPI, String, String)] = [
        (.chatCompletions, #""messages":[{"role":"user","content":" \t\r\n"}]"#, "messages"),
        (.completions, #""prompt":"""#, "prompt"),
        (.responses, #""input":"""#, "input"),
        (.ollamaChat, #""messages":[{"role":"user","content":""}]"#, "messages"),
        (.ollamaGenerate, #""prompt":" ""#, "prompt"),
    ]

    @Test("a conversation without a word excludes who refuses it", arguments: withoutTurns)
    func refusesWithoutTurns(api: ClientAPI, members: String, field: String) throws {
        let request = try ClientRequest(api: api, body: [UInt8](#"{"model":"m",\#(members)}"#))
        #expect(request.obstacles(to: .anthropic) == [field])
        #expect(request.obstacles(to: .gemini) == [field])
        #expect(request.obstacles(to: .openai) == [])
        #expect(throws: RequestError.self) {
            try request.upstreamBody(for: .anthropic, model: "c")
        }
    }

    @Test func `a system prompt alone is asked as the user's text where a turn is demanded`() throws
    {
        let request = try ClientRequest(
            family: .openai,
            body: [UInt8](#"{"model":"m","messages":[{"role":"system","content":"Say hi."}]}"#)
        )
        #expect(request.obstacles(to: .anthropic) == [])
        let anthropic = try request.upstreamBody(for: .anthropic, model: "c")
        #expect(
            anthropic.canonical
                == #"{"model":"c","max_tokens":4096,"messages":[{"role":"user","content":"Say hi."}]}"#
                .canonical
        )
        let gemini = try request.upstreamBody(for: .gemini, model: "g")
        #expect(gemini.text.contains(#""contents":[{"role":"user","parts":[{"text":"Say hi."}]}]"#))
        #expect(!gemini.text.contains("systemInstruction"))
    }
}
