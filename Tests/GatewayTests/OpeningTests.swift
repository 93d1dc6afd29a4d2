import Events
import HTTPTypes
import Providers
import Testing
import Upstream

@testable import Gateway
@testable import Platform
@testable import ProviderClients

/// What was read of a stream before it is handed over.
struct OpeningTests {
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
        let opening = try await FlowingAnswer.open(
            exchange,
            from: ProviderDialect(.openai),
            for: try ClientRequest(api: .chatCompletions, body: body),
            as: AnswerIdentity(requestID: "id", model: "m", created: Clocks.wall),
            attemptStart: 0,
            status: 200,
            headers: HTTPFields(),
            keys: Redaction(),
            signatures: ThoughtSignatures(),
            room: AnswerRoom(
                in: MemoryRoom(bytes: 1 << 20, setting: "test"),
                Shortages { _ in }
            )
        )
        guard case .flowing(var flowing) = opening else {
            Issue.record("the answer did not begin: \(opening)")
            return
        }
        let first = String(decoding: flowing.takeOpening(), as: UTF8.self)
        #expect(first.hasPrefix(": waiting\n\n"))
        #expect(first.contains("four"))
        #expect(flowing.opening.isEmpty)
        while try await flowing.next() != nil {}
    }
}
