import Events
import Providers
import Testing

@Suite("Endpoints and model lists")
struct EndpointTests {
    static let urls: [(WireFamily, String, String, String)] = [
        (
            .openai, "https://api.openai.com", "https://api.openai.com/v1/chat/completions",
            "https://api.openai.com/v1/models"
        ),
        (
            .openai, "https://api.groq.com/openai/v1/",
            "https://api.groq.com/openai/v1/chat/completions",
            "https://api.groq.com/openai/v1/models"
        ),
        (
            .openai, "http://localhost:1234/v1", "http://localhost:1234/v1/chat/completions",
            "http://localhost:1234/v1/models"
        ),
        (
            .openai, "http://localhost:1234//", "http://localhost:1234/v1/chat/completions",
            "http://localhost:1234/v1/models"
        ),
        (
            .openai, "https://models.github.ai/inference",
            "https://models.github.ai/inference/chat/completions",
            "https://models.github.ai/inference/models"
        ),
        (
            .anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages",
            "https://api.anthropic.com/v1/models?limit=1000"
        ),
        (
            .anthropic, "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages",
            "https://api.anthropic.com/v1/models?limit=1000"
        ),
        (
            .anthropic, "http://proxy/anthropic", "http://proxy/anthropic/v1/messages",
            "http://proxy/anthropic/v1/models?limit=1000"
        ),
        (
            .ollama, "http://localhost:11434", "http://localhost:11434/api/chat",
            "http://localhost:11434/api/tags"
        ),
        (
            .ollama, "http://localhost:11434/v1", "http://localhost:11434/api/chat",
            "http://localhost:11434/api/tags"
        ),
        (
            .ollama, "http://localhost:11434/api/", "http://localhost:11434/api/chat",
            "http://localhost:11434/api/tags"
        ),
        (
            .gemini, "https://generativelanguage.googleapis.com/v1beta/",
            "https://generativelanguage.googleapis.com/v1beta/models/m%2F1:generateContent",
            "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000"
        ),
        (
            .gemini, "http://localhost:9", "http://localhost:9/v1beta/models/m%2F1:generateContent",
            "http://localhost:9/v1beta/models?pageSize=1000"
        ),
    ]

    @Test("a base URL with or without its version gives the same paths", arguments: urls)
    func makesURLs(family: WireFamily, base: String, chat: String, models: String) {
        let endpoint = ProviderEndpoint(family: family, baseURL: base)
        #expect(endpoint.chatURL(model: "m/1", streamed: false) == chat)
        #expect(endpoint.modelsURL() == models)
    }

    @Test func `Gemini's address names the model, whatever it is called, and never the key`() {
        let endpoint = ProviderEndpoint(family: .gemini, baseURL: "http://x/v1beta", apiKey: "k1")
        func url(_ model: String) -> String { endpoint.chatURL(model: model, streamed: true) }
        let end = ":streamGenerateContent?alt=sse"
        #expect(url("gemini-x") == "http://x/v1beta/models/gemini-x" + end)
        #expect(url("models/gemini-x") == "http://x/v1beta/models/gemini-x" + end)
        #expect(url("tunedModels/mine") == "http://x/v1beta/tunedModels/mine" + end)
        #expect(url("../a?b=c#d") == "http://x/v1beta/models/..%2Fa%3Fb%3Dc%23d" + end)
        #expect(headers(endpoint)["x-goog-api-key"] == "k1")
        #expect(headers(endpoint)["authorization"] == nil)
    }

    @Test func `a list in pages says how the next one is asked for`() throws {
        let gemini = ProviderEndpoint(family: .gemini, baseURL: "http://x/v1beta")
        let body = #"""
            {"models":[{"name":"models/gemini-x","supportedGenerationMethods":["generateContent","countTokens"]},
            {"name":"models/imagen","supportedGenerationMethods":["predict"]},{"name":"tunedModels/mine"},
            {"name":"models/embed","supportedGenerationMethods":["embedContent"]}],"nextPageToken":"a=b"}
            """#
        let page = try ModelList.parse([UInt8](body), family: .gemini)
        #expect(page.ids == ["gemini-x", "tunedModels/mine", "embed"])
        let next = try #require(page.next)
        #expect(
            gemini.modelsURL(from: next) == "http://x/v1beta/models?pageSize=1000&pageToken=a%3Db"
        )
        let more = #"{"data":[{"id":"c"}],"has_more":true,"first_id":"c","last_id":"c"}"#
        #expect(try ModelList.parse([UInt8](more), family: .anthropic).next == "c")
        let last = #"{"data":[{"id":"c"}],"has_more":false,"last_id":"c"}"#
        #expect(try ModelList.parse([UInt8](last), family: .anthropic).next == nil)
    }

    private func headers(_ endpoint: ProviderEndpoint, streamed: Bool = false) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: endpoint.headers(streamed: streamed).map { ($0.name, $0.value) }
        )
    }

    @Test func `each family carries its key in its own way`() {
        let openAI = headers(ProviderEndpoint(family: .openai, baseURL: "http://x", apiKey: " k\n"))
        #expect(openAI["authorization"] == "Bearer k")
        let anthropic = ProviderEndpoint(family: .anthropic, baseURL: "http://x", apiKey: "k")
        #expect(headers(anthropic)["x-api-key"] == "k")
        #expect(headers(anthropic)["anthropic-version"] == "2023-06-01")
        #expect(headers(anthropic)["authorization"] == nil)
        let ollama = ProviderEndpoint(family: .ollama, baseURL: "http://x", apiKey: "")
        #expect(headers(ollama)["authorization"] == nil)
        #expect(headers(ollama, streamed: true)["accept"] == "application/x-ndjson")
        #expect(headers(anthropic, streamed: true)["accept"] == "text/event-stream")
    }

    @Test func `an operator's header wins`() {
        let endpoint = ProviderEndpoint(
            family: .anthropic,
            baseURL: "http://x",
            extraHeaders: [
                (name: "Anthropic-Version", value: "2030"), (name: "X-Title", value: "t"),
            ]
        )
        let found = headers(endpoint)
        #expect(found["Anthropic-Version"] == "2030")
        #expect(found["anthropic-version"] == nil)
        #expect(found["X-Title"] == "t")
    }

    static let beta = ["anthropic-version": "2030-01-01", "anthropic-beta": "a-1, b-2"]

    private func passed(
        _ sent: [String: String],
        from client: WireFamily,
        to endpoint: ProviderEndpoint
    ) throws -> [String: String] {
        let body = #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#
        let request = try ClientRequest(family: client, body: [UInt8](body)) { sent[$0] }
        let headers = endpoint.headers(endpoint.headers(streamed: false), passedOnFor: request)
        return Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
    }

    @Test func `a client's version and beta features go on within its family`() throws {
        let anthropic = ProviderEndpoint(family: .anthropic, baseURL: "http://x", apiKey: "k")
        let found = try passed(Self.beta, from: .anthropic, to: anthropic)
        #expect(found["anthropic-version"] == "2030-01-01")
        #expect(found["anthropic-beta"] == "a-1, b-2")
        #expect(found["x-api-key"] == "k")
        let bare = try passed([:], from: .anthropic, to: anthropic)
        #expect(bare["anthropic-version"] == "2023-06-01")
        #expect(bare["anthropic-beta"] == nil)
        let translated = try passed(Self.beta, from: .openai, to: anthropic)
        #expect(translated["anthropic-version"] == "2023-06-01")
        #expect(translated["anthropic-beta"] == nil)
        let openAI = ProviderEndpoint(family: .openai, baseURL: "http://x")
        let other = try passed(Self.beta, from: .anthropic, to: openAI)
        #expect(other.keys.sorted() == ["accept", "content-type"])
    }

    @Test func `the operator's version wins over the client's`() throws {
        let endpoint = ProviderEndpoint(
            family: .anthropic,
            baseURL: "http://x",
            extraHeaders: [(name: "Anthropic-Version", value: "2040")]
        )
        let found = try passed(Self.beta, from: .anthropic, to: endpoint)
        #expect(found["Anthropic-Version"] == "2040")
        #expect(found["anthropic-version"] == nil)
        #expect(found["anthropic-beta"] == "a-1, b-2")
    }

    @Test(arguments: [String(repeating: "b", count: 4_097), "a\u{1}b"])
    func `a header that could not be sent on is the client's fault`(value: String) throws {
        let endpoint = ProviderEndpoint(family: .anthropic, baseURL: "http://x")
        do {
            _ = try passed(["anthropic-beta": value], from: .anthropic, to: endpoint)
            Issue.record("accepted")
        } catch let error as RequestError {
            #expect(error.field == "anthropic-beta")
        }
    }

    @Test func `beta features are told as dropped for another family`() throws {
        let body = #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#
        let request = try ClientRequest(family: .anthropic, body: [UInt8](body)) { Self.beta[$0] }
        #expect(request.droppedHints(to: .openai) == ["anthropic-beta"])
        #expect(request.droppedHints(to: .anthropic) == [])
    }

    @Test func `a header with a line break in it traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = ProviderEndpoint(family: .openai, baseURL: "http://x", apiKey: "a\r\nx-evil: 1")
        }
    }

    static let lists: [(WireFamily, String, [String])] = [
        (.openai, #"{"object":"list","data":[{"id":"a"},{"id":"b/c:free"}]}"#, ["a", "b/c:free"]),
        (.openai, #"[{"id":"a"}]"#, ["a"]),
        (.anthropic, #"{"data":[{"type":"model","id":"c"}],"has_more":false}"#, ["c"]),
        (.ollama, #"{"models":[{"name":"q:7b","model":"q:7b"},{"model":"x"}]}"#, ["q:7b"]),
        (.ollama, #"{"models":[]}"#, []),
    ]

    @Test("a provider's models are listed in its order", arguments: lists)
    func parses(family: WireFamily, body: String, ids: [String]) throws {
        #expect(try ModelList.parse([UInt8](body), family: family).ids == ids)
    }

    @Test("what is no list is a failure", arguments: ["<html>", "{}", "[", #"{"data":{}}"#, "7"])
    func refuses(body: String) {
        #expect(throws: ProviderFailure.self) {
            try ModelList.parse([UInt8](body), family: .openai)
        }
    }

    @Test func `a client's list has its family's shape`() {
        let entry = ModelList.Entry(
            id: "m\"1",
            owner: "groq",
            created: CivilDate(year: 2026, month: 1, day: 2).start
        )
        #expect(
            ModelList.body(of: [entry], for: .openai).canonical
                == #"{"object":"list","data":[{"id":"m\"1","object":"model","created":1767312000,"owned_by":"groq"}]}"#
                .canonical
        )
        #expect(
            ModelList.body(of: [entry], for: .anthropic).canonical
                == #"""
                {"data":[{"type":"model","id":"m\"1","display_name":"m\"1","created_at":"2026-01-02T00:00:00.000000Z","lifecycle":"active"}],
                "has_more":false,"first_id":"m\"1","last_id":"m\"1"}
                """#.canonical
        )
        #expect(ModelList.body(of: [], for: .anthropic).text.contains("\"first_id\":null"))
    }
}
