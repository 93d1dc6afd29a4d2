import Catalog
import Settings
import Testing

@Suite("Headers of providers")
struct HeaderTests {
    @Test func `headers are read, with variables, and sorted`() throws {
        let settings = try settings(
            """
            providers:
              - type: openrouter
                apiKey: k
                headers: {X-Title: My agents, HTTP-Referer: "https://agents.example", X-Team: "${TEAM}"}
            """,
            environment: ["TEAM": " team-token-1\n"]
        )
        let headers = settings.providers[0].headers
        #expect(headers.map(\.name) == ["HTTP-Referer", "X-Team", "X-Title"])
        #expect(
            headers.map(\.value.revealed)
                == ["https://agents.example", "team-token-1", "My agents"]
        )
        #expect(headers.map(\.isKey) == [false, true, false])
        #expect(settings.redactedSummary.contains("providers.openrouter.headers.X-Team: set\n"))
        for secret in ["team-token-1", "My agents"] {
            #expect(!settings.redactedSummary.contains(secret))
            #expect(!everyText(of: settings).contains(secret))
        }
    }

    @Test(arguments: [
        ("Connection: close", "Connection", "can't be set: it is of the connection"),
        (
            "transfer-encoding: chunked", "transfer-encoding",
            "can't be set: it is of the connection"
        ),
        ("TE: trailers", "TE", "can't be set: it is of the connection"),
        ("Content-Length: 3", "Content-Length", "can't be set: it follows from the request"),
        ("Accept-Encoding: gzip", "Accept-Encoding", "can't be set: it follows from the request"),
        ("host: other.example", "host", "can't be set: it follows from the request"),
        ("Authorization: Bearer x", "Authorization", "stands beside the provider's key"),
        ("x-api-key: x", "x-api-key", "stands beside the provider's key"),
        ("\"X Y\": x", "X Y", "is no name of a header"),
        ("\"X\\r\\nY\": x", "X\r\nY", "is no name of a header"),
        ("X: \"a\\r\\nb: c\"", "X", "holds a line break"),
        ("X: \"\"", "X", "must be a text of 1 to 8192 bytes"),
        ("X: [a]", "X", "must be a text"),
        ("X: \"${NONE}\"", "X", "the environment variable"),
        ("X: a, x: b", "x", "stands there twice"),
    ])
    func `what would change the message, or the key, is refused`(
        header: String,
        name: String,
        message: String
    ) throws {
        let yaml = "providers: [{type: groq, apiKey: secret-key, headers: {\(header)}}]"
        let found = try problems(yaml)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.message.contains(message) == true, "\(found)")
        #expect(found.first?.path.hasPrefix("providers[0].headers") == true, "\(found)")
    }

    @Test func `a provider without a key may be told who asks`() throws {
        let settings = try settings(
            #"providers: [{type: ollama, headers: {Authorization: "Basic ${PAIR}"}}]"#,
            environment: ["PAIR": "dXNlcjpwYXNz"]
        )
        #expect(settings.providers[0].headers.first?.value.revealed == "Basic dXNlcjpwYXNz")
        #expect(settings.providers[0].headers.first?.isKey == true)
    }

    @Test func `a disabled provider's variables need not be set`() throws {
        let settings = try settings(
            #"providers: [{type: ollama}, {type: groq, enabled: false, headers: {X: "${NONE}"}}]"#
        )
        #expect(settings.providers[1].headers.isEmpty)
    }

    @Test func `a key that no header can carry is refused, not sent`() throws {
        let found = try problems(
            #"providers: [{type: groq, apiKey: "${KEY}"}]"#,
            environment: ["KEY": "first\nsecond"]
        )
        #expect(found.map(\.path) == ["providers[0].apiKey"])
        #expect(found[0].message.contains("line break"))
        #expect(!everyText(of: found).contains("second"))
        let environment = ["GROQ_API_KEY": "first\nsecond", "OPENAI_API_KEY": "whole"]
        let standard = try problems("providers: [{type: groq}]", environment: environment)
        #expect(standard.map(\.path) == ["providers[0].apiKey"])
        #expect(standard[0].message.contains("GROQ_API_KEY"))
        let discovered = try Settings.discovered(
            environment: environment,
            reachable: [],
            catalog: Catalog.shipped
        )
        #expect(discovered.providers.map(\.type) == [.openai])
        #expect(discovered.notes.contains { $0.contains("groq") && $0.contains("line break") })
    }
}
