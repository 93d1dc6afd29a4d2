import Events
import HTTPTypes
import Providers
import Testing
import Upstream

@testable import Gateway
@testable import Platform
@testable import ProviderClients

/// What was read of a provider's stream before it is handed over.
struct UpstreamStreamTests {
    @Test func `it is kept no longer than until it is sent`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.chunk(": waiting\n\n")
            socket.token("four")
            socket.finishAnswer()
            socket.endStream()
        }
        let body = Array(RawClient.body("m", streamed: true).utf8)
        let transport = try UpstreamClient()
        let exchange = transport.start(
            UpstreamRequest(
                method: "POST",
                url: upstream.baseURL + "/chat/completions",
                body: body,
                pool: .local("test")
            )
        )
        _ = try await exchange.head()
        let client = try ClientRequest(api: .chatCompletions, body: body)
        let identity = AnswerIdentity(requestID: "id", model: "m", created: Clocks.wall)
        var stream = UpstreamStream(
            exchange: exchange,
            stream: AnswerStream(from: ProviderDialect(.openai), for: client, as: identity),
            status: 200,
            headers: HTTPFields(),
            contentType: nil,
            client: client,
            keys: Redaction(),
            keeper: nil,
            room: AnswerRoom(
                in: MemoryRoom(bytes: 1 << 20, setting: "test"),
                Shortages { _ in }
            ),
            signatures: ThoughtSignatures(),
            start: 0
        )
        let failed = try await stream.readUntilContent()
        #expect(failed == nil, "the answer did not begin")
        let first = String(decoding: stream.takeBeginning(), as: UTF8.self)
        #expect(first.hasPrefix(": waiting\n\n"))
        #expect(first.contains("four"))
        #expect(stream.beginning.isEmpty)
        while try await stream.next() != nil {}
    }
}
