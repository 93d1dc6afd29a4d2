import Events
import Foundation
import Settings
import Testing

@testable import Gateway
@testable import LedgerSupport

/// What a client is told that asks for the wrong model or path, or sends what can't be taken.
struct RefusalTests {
    private static let elsewhere = #"{"error":{"message":"no such model"}}"#

    /// Two providers: the first one's models are unknown, the second has `n`.
    private static func settings(
        _ unlisted: ScriptedUpstream,
        _ other: ScriptedUpstream
    ) -> Settings {
        .testing(
            .scripted(unlisted) {
                $0.models = []
                $0.defaultModel = nil
            },
            .scripted(other, name: "b", priority: 2) {
                $0.models = ["n"]
                $0.defaultModel = "n"
            }
        )
    }

    // MARK: Models

    @Test(arguments: ["/v1/chat/completions", "/v1/messages", "/api/chat"])
    func `a model that its provider does not have is 404 each time`(path: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.respond(Self.elsewhere, status: "404 Not Found")
        }
        let other = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(upstream),
            .scripted(other, name: "b", priority: 2) {
                $0.models = ["n"]
                $0.defaultModel = "n"
            }
        )
        let limit = path == "/v1/messages" ? #""max_tokens":5,"# : ""
        let body =
            #"{"model":"m",\#(limit)"stream":false,"#
            + #""messages":[{"role":"user","content":"a"}]}"#
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            for _ in 0..<3 {
                client.post(body, to: path)
                let response = await client.response()
                #expect(response.status == 404)
                #expect(response.body.contains("model_not_found"))
                #expect(response.body.contains("no provider has the model 'm'"))
                #expect(response.body.contains("auto:best, auto:local, auto:free, n"))
                #expect(response.header("retry-after") == nil)
                if path == "/v1/messages" { #expect(response.body.contains("not_found_error")) }
                if path.hasPrefix("/v1/chat") {
                    #expect(response.body.contains(#""type":"invalid_request_error""#))
                    #expect(response.body.contains(#""param":"model""#))
                }
            }
        }
        #expect(upstream.requestCount == 1, "the model is held")
        #expect(record.completed.map(\.status) == [404, 404, 404])
        #expect(record.decided.map(\.refusal) == [nil, .noneAvailable, .noneAvailable])
    }

    @Test func `auto whose models are all missing is 404 each time`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.respond(Self.elsewhere, status: "404 Not Found")
        }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            for _ in 0..<2 {
                client.chat("auto")
                let response = await client.response()
                #expect(response.status == 404)
                #expect(response.body.contains("the model that it was to answer with"))
                #expect(!response.body.contains("'auto'"))
            }
        }
    }

    @Test func `a model that is there but held for another reason stays 503`() async throws {
        let missing = try ScriptedUpstream { _, socket in
            socket.respond(Self.elsewhere, status: "404 Not Found")
        }
        let rejecting = try ScriptedUpstream { _, socket in
            socket.respond("{}", status: "401 Unauthorized")
        }
        let settings = Settings.testing(
            .scripted(missing),
            .scripted(rejecting, name: "b", priority: 2)
        )
        try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.chat()
            #expect(await client.response().status == 502)
            client.chat()
            let held = await client.response()
            #expect(held.status == 503)
            #expect(held.body.contains("no_provider_available"))
        }
    }

    @Test func `a model that nobody lists is told with what the others have`() async throws {
        let broken = try ScriptedUpstream(models: []) { _, socket in
            socket.respond("{}", status: "500 Internal Server Error")
        }
        broken.stop()
        let other = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(Self.settings(broken, other)) { gateway in
            let client = try gateway.client()
            client.chat("gpt-9")
            let response = await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("no other provider lists 'gpt-9'"))
            #expect(response.body.contains("other providers have: n"))
            // Of a model that somebody has, a failure is told as ever.
            client.chat("n")
            #expect(await client.response().status == 200)
        }
        #expect(record.completed.map(\.status) == [502, 200])
        #expect(other.requestCount == 1)
    }

    // MARK: Bodies

    @Test(arguments: [
        "/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens", "/v1/feedback",
        "/v1/embeddings", "/api/chat", "/api/show",
    ])
    func `a body that is announced as too long is not asked for`(path: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) { $0.server.maxBodyBytes = 1_000_000 }
        let isSmall = ["/v1/feedback", "/api/show"].contains(path)
        let isRecorded = !isSmall && !path.hasSuffix("count_tokens")
        let record = try await withGateway(settings) { gateway in
            let length = isSmall ? 70_000 : 1_000_001
            let client = try gateway.client()
            client.send(
                "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
            )
            // No byte of the body is ever sent.
            let response = await client.response()
            #expect(response.status == 413)
            #expect(response.header("connection") == "close")
            #expect(response.body.contains("over the limit of \(isSmall ? 65_536 : 1_000_000)"))
            #expect(response.body.contains("server.maxBodyBytes") == !isSmall)
            #expect(await client.readToEnd() == "", "the connection is closed")
        }
        #expect(record.completed.map(\.status) == (isRecorded ? [413] : []))
        #expect(record.completed.map(\.outcome) == (isRecorded ? [.refused] : []))
    }

    @Test func `a body within its limit is asked for`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            let body = #"{"model":"m"}"#
            client.send(
                "POST /api/show?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            #expect(await client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
            client.send(body)
            #expect(await client.response().status == 200)
        }
    }

    // MARK: Hints

    @Test(arguments: [
        ("X-Logway-Local-Onyl", "did you mean x-logway-local-only?"),
        ("x-logway-localonly", "did you mean x-logway-local-only?"),
        ("x-logway-max_cost", "did you mean x-logway-max-cost?"),
        ("x-logway-colour", "there is x-logway-task, x-logway-complexity"),
        ("x-logway-", "there is x-logway-task"),
    ])
    func `a hint that there is not is refused`(header: String, words: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.post(RawClient.body("m", streamed: false), headers: "\(header): true\r\n")
            let response = await client.response()
            #expect(response.status == 400)
            #expect(response.body.contains("'\(header.lowercased())'"))
            #expect(response.body.contains(words))
            #expect(response.body.contains(#""param":"\#(header.lowercased())""#))
            client.post(
                #"{"model":"m","messages":[{"role":"user","content":"a"}],"#
                    + #""metadata":{"\#(header)":"true"}}"#
            )
            let second = await client.response()
            #expect(second.status == 400)
            #expect(second.body.contains(#""param":"metadata.\#(header)""#))
        }
        #expect(record.completed.map(\.status) == [400, 400])
        #expect(upstream.requestCount == 0)
    }

    @Test func `headers of an earlier answer mean nothing`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat()
            let own = await client.response().head.components(separatedBy: "\r\n")
                .filter { $0.lowercased().hasPrefix("x-logway-") }
            #expect(own.count == 4)
            let echoed = own + ["x-logway-estimate: true", "x-logway-task: code-review"]
            client.post(
                RawClient.body("m", streamed: false),
                headers: echoed.map { $0 + "\r\n" }.joined()
            )
            #expect(await client.response().status == 200)
        }
        #expect(record.received.map(\.task) == [nil, "code-review"])
    }

    // MARK: Paths

    @Test(arguments: [
        ("/chat/completions", "/v1/chat/completions"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/chat/completions/", "/v1/chat/completions"),
        ("/v1/chat/completions/chat/completions", "/v1/chat/completions"),
        ("/api/v1/chat/completions", "/v1/chat/completions"),
        ("/openai/deployments/x/chat/completions", "/v1/chat/completions"),
        ("/completions", "/v1/completions"), ("/messages", "/v1/messages"),
        ("/v1/v1/messages/count_tokens", "/v1/messages/count_tokens"),
        ("/models", "/v1/models"), ("/embeddings", "/v1/embeddings"),
        ("/api/api/embeddings", "/api/embeddings"), ("/v1/api/chat", "/api/chat"),
        ("/tags", "/api/tags"), ("/v1/healthz", "/healthz"),
        ("/v1/chat/completion", "/v1/chat/completions"), ("/v1/mesages", "/v1/messages"),
    ])
    func `a path that was meant to be another is told so`(
        path: String,
        meant: String
    ) async throws {
        #expect(ServedPaths.nearest(to: path) == meant)
    }

    @Test(arguments: ["/", "/v1", "/favicon.ico", "/v1/sausages/mustard", "/a/b", "//", ""])
    func `a path that is like none is like none`(path: String) {
        #expect(ServedPaths.nearest(to: path) == nil)
    }

    @Test(arguments: [
        ("/v1/chat/completions/", "/v1/chat/completions"), ("//v1//models", "/v1/models"),
        ("/v1/v1/v1/messages", "/v1/messages"), ("/chat/completions", "/v1/chat/completions"),
        ("/messages/count_tokens/", "/v1/messages/count_tokens"),
        ("/api/v1/chat/completions", "/v1/chat/completions"), ("/v1/api/chat", "/api/chat"),
        ("/openai/v1/responses", "/v1/responses"), ("/openai/embeddings", "/v1/embeddings"),
        ("/anthropic/v1/messages", "/v1/messages"), ("/api/api/tags", "/api/tags"),
        ("/models/openai/gpt-x", "/v1/models/openai/gpt-x"), ("/v1/models/", "/v1/models"),
        ("/v1/chat/completions/chat/completions", "/v1/chat/completions"), ("//", "/"),
        ("/v1/", "/v1"), ("/api/chat/completions", "/v1/chat/completions"),
    ])
    func `a path that can mean one thing only is that`(path: String, meant: String) {
        #expect(ServedPaths.meant(by: path) == meant)
    }

    @Test(arguments: [
        "/v2/chat/completions", "/chat", "/v1/chat", "/v1/generate", "/tags", "/v1/tags",
        "/favicon.ico",
        "/openai/deployments/x/chat/completions", "/v1/completions/completions/completions",
    ])
    func `a path that can mean another is not guessed`(path: String) {
        #expect(ServedPaths.meant(by: path) == nil)
    }

    @Test func `an unknown path is answered with the nearest one`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.post("{}", to: "/gateway/x/messages")
            let response = await client.response()
            #expect(response.status == 404)
            #expect(response.body.contains("did you mean /v1/messages? "))
            client.get("/elsewhere")
            #expect(!(await client.response().body.contains("did you mean")))
        }
        #expect(record.received.isEmpty)
    }
}
