import Events
import JSONBytes
import Providers
import Testing

/// What a request is decided by is what its provider reads: names in other letters, fields that choose another
/// model, and fields that ask for more than tokens.
struct OneReadingTests {
    private static let chat = #""model":"m","messages":[{"role":"user","content":"a"}]"#

    @Test(
        arguments: [
            (.chatCompletions, #"{\#(chat),"Model":"n"}"#, "model"),
            (.chatCompletions, #"{\#(chat),"MODE\u004c":"n"}"#, "model"),
            (.chatCompletions, #"{"Model":"m","messages":[]}"#, "model"),
            (.chatCompletions, #"{\#(chat),"max_tokens":1,"MAX_TOKENS":9}"#, "max_tokens"),
            (.chatCompletions, #"{\#(chat),"max_to\#u{212A}ens":9}"#, "max_tokens"),
            (.chatCompletions, #"{\#(chat),"me\#u{17F}\u017fages":[]}"#, "messages"),
            (.chatCompletions, #"{\#(chat),"Models":["n"]}"#, "models"),
            (.chatCompletions, #"{\#(chat),"Service_Tier":"priority"}"#, "service_tier"),
            (
                .chatCompletions, #"{\#(chat),"stream_options":{"Include_Usage":true}}"#,
                "stream_options.include_usage"
            ),
            (
                .chatCompletions, #"{"model":"m","messages":[{"role":"user","Content":"a"}]}"#,
                "messages[0].content"
            ),
            (
                .chatCompletions,
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","TEXT":"a"}]}]}"#,
                "messages[0].content[].text"
            ),
            (.messages, #"{\#(chat),"max_tokens":1,"System":"a"}"#, "system"),
            (.messages, #"{\#(chat),"Max_Tokens":1}"#, "max_tokens"),
            (.completions, #"{"model":"m","prompt":"a","Best_Of":9}"#, "best_of"),
            (.responses, #"{"model":"m","input":"a","Input":"b"}"#, "input"),
            (
                .responses, #"{"model":"m","input":[{"role":"user","content":[{"Text":"a"}]}]}"#,
                "input[0].text"
            ),
            (.ollamaChat, #"{\#(chat),"Options":{"num_predict":9}}"#, "options"),
            (.ollamaChat, #"{\#(chat),"options":{"Num_Predict":9}}"#, "options.num_predict"),
            (.ollamaChat, #"{\#(chat),"options":{"num_ctx":1,"NUM_CTX":9}}"#, "options.num_ctx"),
            (
                .ollamaChat, #"{"model":"m","messages":[{"role":"user","Images":["a"]}]}"#,
                "messages[].images"
            ),
            (.ollamaGenerate, #"{"model":"m","prompt":"a","Keep_Alive":-1}"#, "keep_alive"),
            (.ollamaEmbed, #"{"model":"m","input":"a","Input":"b"}"#, "input"),
            (.embeddings, #"{"model":"m","input":"a","MODEL":"b"}"#, "model"),
        ] as [(ClientAPI, String, String)]
    )
    func `a name in other letters is refused`(api: ClientAPI, body: String, field: String) {
        let error = #expect(throws: RequestError.self) {
            try ClientRequest(api: api, body: [UInt8](body.utf8))
        }
        #expect(error?.field == field)
        #expect(error?.message.contains("but for the case of its letters") == true)
    }

    @Test(arguments: [
        (#"{"Contents":[]}"#, "contents"),
        (#"{"contents":[{"parts":[{"Text":"a"}]}]}"#, "contents[0].parts[0].text"),
        (
            #"{"contents":[{"parts":[]}],"generationConfig":{"MaxOutputTokens":9}}"#,
            "generationConfig.maxOutputTokens"
        ),
    ])
    func `so it is in Gemini's API`(body: String, field: String) {
        let error = #expect(throws: RequestError.self) { try Self.gemini(body) }
        #expect(error?.field == field)
    }

    @Test func `Gemini's fields come in one of their spellings`() throws {
        let parts = #""contents":[{"parts":[{"text":"a"}]}]"#
        let both = #"{"maxOutputTokens":1,"max_output_tokens":9}"#
        let error = #expect(throws: RequestError.self) {
            try Self.gemini(#"{\#(parts),"generationConfig":\#(both)}"#)
        }
        #expect(error?.message.contains("both of its spellings") == true)
        let one = try Self.gemini(#"{\#(parts),"generation_config":{"max_output_tokens":9}}"#)
        #expect(one.maxOutputTokens == 9)
    }

    private static func gemini(_ body: String) throws(RequestError) -> ClientRequest {
        try ClientRequest(
            api: .generateContent,
            body: [UInt8](body.utf8),
            address: ModelAddress(model: "m")
        )
    }

    @Test func `what nobody decides by may have any name`() throws {
        let body = #"{\#(Self.chat),"Seed":1,"X-Model":"n","metadata":{"Model":"x","model":"y"}}"#
        let request = try ClientRequest(api: .chatCompletions, body: [UInt8](body.utf8))
        #expect(request.metadata == ["Model": "x", "model": "y"])
    }

    @Test func `of two limits the larger one is reserved`() throws {
        let body = #"{\#(Self.chat),"max_completion_tokens":1,"max_tokens":9}"#
        let request = try ClientRequest(api: .chatCompletions, body: [UInt8](body.utf8))
        #expect(request.maxOutputTokens == 9)
    }

    @Test(arguments: [
        (ClientAPI.chatCompletions, chat), (.messages, chat + #","max_tokens":9"#),
        (.completions, #""model":"m","prompt":"a""#), (.responses, #""model":"m","input":"a""#),
    ])
    func `fields that choose another model are left out and told`(
        api: ClientAPI,
        fields: String
    ) throws {
        let more = #""models":["n"],"route":"fallback","fallbacks":[{"m":["n"]}],"top_p":0.5"#
        let request = try ClientRequest(api: api, body: [UInt8]("{\(fields),\(more)}".utf8))
        let dialect = ProviderDialect(api.family)
        #expect(request.rerouting == ["models", "route", "fallbacks"])
        guard api.passes(to: dialect) else { return }
        #expect(request.droppedHints(speaking: dialect) == ["models", "route", "fallbacks"])
        let sent = String(
            decoding: try request.upstreamBody(for: dialect, model: "m"),
            as: UTF8.self
        )
        #expect(!sent.contains("models") && !sent.contains("route") && !sent.contains("fallback"))
        #expect(sent.contains(#""top_p":0.5"#))
    }

    @Test(
        arguments: [
            (#""service_tier":"priority""#, ["service_tier"]),
            (#""service_tier":"Auto""#, []), (#""service_tier":"flex""#, []),
            (#""service_tier":null"#, []), (#""service_tier":7"#, ["service_tier"]),
            (#""web_search_options":{}"#, ["web_search_options"]),
            (#""modalities":["text"]"#, []), (#""modalities":["text","audio"]"#, ["modalities"]),
            (#""audio":{"voice":"x"}"#, ["audio"]), (#""plugins":[]"#, []),
            (#""plugins":[{"id":"web"}],"service_tier":"scale""#, ["service_tier", "plugins"]),
        ] as [(String, [String])]
    )
    func `what costs beyond tokens is known`(field: String, surcharges: [String]) throws {
        let request = try ClientRequest(
            api: .chatCompletions,
            body: [UInt8]("{\(Self.chat),\(field)}".utf8)
        )
        #expect(request.surcharges == surcharges)
    }
}
