import Catalog
import Events
import Settings
import Testing

@testable import Gateway
@testable import LedgerSupport

/// The status that a client gets for what providers do, and what is kept of their words.
struct FailureStatusTests {
    /// Some providers number their errors, beside or instead of the status of HTTP.
    @Test(arguments: ["20015", "-1", "200", "500"])
    func `a provider's own error number is no status`(number: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.respond(
                #"{"error":{"message":"no","type":"invalid_request_error","code":\#(number)}}"#
            )
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat()
            let status = await client.response().status
            #expect(number == "500" ? status == 502 : status == 400)
        }
        #expect(record.completed.count == 1)
    }

    @Test(
        arguments: [
            ("405 Method Not Allowed", .endpointMissing),
            ("407 Proxy Authentication Required", .invalidResponse),
        ] as [(String, FailureKind)]
    )
    func `a provider that is asked at a wrong address is passed over`(
        status: String,
        failure: FailureKind
    ) async throws {
        let misplaced = try ScriptedUpstream { _, socket in socket.respond("{}", status: status) }
        let other = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(misplaced),
            .scripted(other, name: "b", priority: 2)
        )
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.chat()
            #expect(await client.response().status == 200)
        }
        #expect(record.finished.map(\.failure) == [failure, nil])
        #expect(record.finished.map(\.costOrigin) == [.uncharged, .priced])
    }

    @Test func `a prompt that is too long is the client's error, whatever the provider says`()
        async throws
    {
        let upstream = try ScriptedUpstream { _, socket in
            socket.respond(
                #"{"error":{"message":"the request exceeds the available context size"}}"#,
                status: "500 Internal Server Error"
            )
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat()
            let response = await client.response()
            #expect(response.status == 400)
            #expect(response.body.contains("context_length_exceeded"))
        }
        #expect(record.completed.map(\.outcome) == [.refused])
    }

    @Test func `a model whose only provider is rate-limited is 429`() async throws {
        let limited = try ScriptedUpstream { _, socket in
            socket.respond("{}", status: "429 Too Many Requests", headers: "Retry-After: 60\r\n")
        }
        let other = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(limited),
            .scripted(other, name: "b", priority: 2) {
                $0.models = ["n"]
                $0.defaultModel = "n"
            }
        )
        try await withGateway(settings) { gateway in
            let client = try gateway.client()
            for _ in 0..<2 {
                client.chat("m")
                let response = await client.response()
                #expect(response.status == 429)
                #expect(response.header("retry-after") != nil)
            }
        }
        #expect(limited.requestCount == 1, "the second was held back")
    }

    @Test func `a model's name is bounded`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let name = String(repeating: "x", count: 100_000)
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(name)
            let response = await client.response()
            #expect(response.status == 400)
            #expect(response.body.utf8.count < 2_000)
        }
        #expect(record.text.utf8.count < 20_000)
    }

    @Test func `what a request names for the log is bounded`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let provider = ProviderSettings.scripted(upstream) { $0.type = .claude }
        let fields = (0..<1_000).map { #""field_\#($0)_of_no_family":1"# }.joined(separator: ",")
        let record = try await withGateway(.testing(provider)) { gateway in
            let client = try gateway.client()
            client.post(#"{"model":"m","messages":[{"role":"user","content":"a"}],\#(fields)}"#)
            let response = await client.response()
            #expect(response.status != 400)
        }
        #expect(record.received.first?.droppedHints.first?.fields.count == 16)
    }

    @Test func `no key reaches the log by way of a provider's words or a comment`() async throws {
        // A key of no known form: only whoever sends it can know it.
        let key = "corporate-gateway-7f3a"
        let quoted = "sk-ant-api03-Zx81LmQ"
        let filler = String(repeating: "x ", count: 108)
        let upstream = try ScriptedUpstream { request, socket in
            guard request.body.contains("refuse") else { return socket.answer() }
            socket.respond(
                // The second time, the cut of a message goes through it.
                #"{"error":{"message":"bad key '\#(key)' in {\"key\":\"\#(quoted)\"} \#(filler)\#(key)"}}"#,
                status: "401 Unauthorized"
            )
        }
        let provider = ProviderSettings.scripted(upstream) { $0.apiKey = Secret(key) }
        let record = try await withGateway(.testing(provider)) { gateway in
            let client = try gateway.client()
            client.chat()
            let id = await client.response().header("x-logway-request-id") ?? ""
            client.post(
                #"{"request_id":"\#(id)","score":1,"source":"by:\#(quoted)","#
                    + #""comment":"I use {key=\#(quoted)} here, two lines:\nfine"}"#,
                to: "/v1/feedback"
            )
            #expect(await client.response().status == 200)
            client.chat(text: "refuse")
            let body = await client.response().body
            #expect(!body.contains(key) && !body.contains(quoted))
        }
        #expect(record.text.contains("two lines:\nfine"))
        #expect(!record.text.contains(key.prefix(9)))
        #expect(!record.text.contains(key))
        #expect(!record.text.contains(quoted))
    }
}
