import Events
import Settings
import TestSupport
import Testing

@testable import Gateway
@testable import LedgerSupport

/// Each way in which a request can end: one outcome, the right one, with what it cost.
struct EndingTests {
    @Test(arguments: [false, true])
    func `a client that hangs up before the answer cancels the call`(streamed: Bool) async throws {
        let (asked, closed) = (Latch(), Kept<Bool>())
        let upstream = try ScriptedUpstream { _, socket in
            asked.open()
            closed.value = socket.waitForClose()
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: streamed)
            await asked.wait()
            client.close()
            #expect(try await eventually { closed.value == true }, "the call was not cancelled")
            try await gateway.waitUntilIdle()
        }
        #expect(record.completed.map(\.outcome) == [.cancelled])
        #expect(record.finished.map(\.failure) == [.clientGone])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
    }

    @Test func `a client that hangs up in a silent stream cancels the call`() async throws {
        let closed = Kept<Bool>()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            closed.value = socket.waitForClose()
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            client.close()
            #expect(try await eventually { closed.value == true }, "the call was not cancelled")
            try await gateway.waitUntilIdle()
        }
        #expect(record.completed.map(\.outcome) == [.cancelled])
        #expect(record.finished.map(\.failure) == [.clientGone])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
        #expect(record.finished.first?.usage.output == 1, "a token for up to four bytes of text")
    }

    @Test func `a client that hangs up while text flows cancels the call`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            var isOpen = true
            while isOpen { isOpen = socket.token("four") }
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            client.close()
            try await gateway.waitUntilIdle()
        }
        #expect(record.completed.map(\.outcome) == [.cancelled])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
    }

    @Test func `an upstream that cuts the stream gives an error and no clean end`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            socket.close()
        }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            let body = await client.response().body
            #expect(body.contains("upstream_interrupted"))
            #expect(!body.contains("[DONE]"))
        }
        #expect(record.completed.map(\.outcome) == [.cut])
        #expect(record.finished.map(\.failure) == [.cut])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
    }

    /// An error in the place of an answer, after a comment or the role, with what it costs.
    static let errorsInStreams: [(String, FailureKind, CostOrigin)] = [
        (#"{"error":{"message":"no","code":502}}"#, .serverError, .uncharged),
        (#"{"error":{"message":"slow down","code":429}}"#, .rateLimited, .uncharged),
        (#"{"error":{"message":"busy","type":"overloaded_error"}}"#, .overloaded, .uncharged),
        ("<html>", .invalidResponse, .unknown),
        (#"{"error":{"message":"?","type":"never_seen"}}"#, .invalidResponse, .unknown),
        ("[DONE]", .invalidResponse, .unknown),
    ]

    /// A gateway that leaves a failure at that.
    static func asking(once provider: ProviderSettings) -> Settings {
        .testing(provider) { $0.routing.retry.times = 0 }
    }

    @Test(arguments: errorsInStreams)
    func `an error in a stream before its content is not charged`(
        event: String,
        kind: FailureKind,
        origin: CostOrigin
    ) async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.chunk(": processing\n\n")
            socket.event(#"{"model":"m","choices":[{"index":0,"delta":{"role":"assistant"}}]}"#)
            socket.event(event)
            socket.send("0\r\n\r\n")
        }
        let record = try await withGateway(Self.asking(once: .scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.response().status != 200)
        }
        #expect(record.finished.map(\.failure) == [kind])
        #expect(record.finished.map(\.costOrigin) == [origin])
        #expect(record.completed.map(\.cost) == [origin == .unknown ? nil : .zero])
    }

    @Test func `what a provider counted before its error is charged`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.event(#"{"model":"m","choices":[],"usage":{"prompt_tokens":1000}}"#)
            socket.event(#"{"error":{"message":"no","code":502}}"#)
            socket.send("0\r\n\r\n")
        }
        let record = try await withGateway(Self.asking(once: .scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            #expect(await client.response().status == 502)
        }
        #expect(record.finished.map(\.costOrigin) == [.estimated])
        #expect(record.finished.map(\.cost) == [Nanodollars(dollars: "0.003")])
    }

    @Test func `a stream that stalls is cut by the idle timeout`() async throws {
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            socket.waitForClose()
        }
        let provider = ProviderSettings.scripted(upstream) {
            $0.timeouts.idle = .milliseconds(50)
        }
        let record = try await withGateway(.testing(provider)) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            let body = await client.response().body
            #expect(body.contains("upstream_interrupted"))
            #expect(!body.contains("[DONE]"))
        }
        #expect(record.completed.map(\.outcome) == [.cut])
        #expect(record.finished.map(\.failure) == [.idleTimeout])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
    }

    @Test(arguments: [false, true])
    func `the whole time of a request spans its failovers`(streamed: Bool) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.waitForClose() }
        let providers = [
            ProviderSettings.scripted(upstream, name: "a", priority: 1) {
                $0.timeouts.firstToken = .milliseconds(20)
                $0.timeouts.slowFirstToken = .milliseconds(20)
            },
            .scripted(upstream, name: "b", priority: 2),
            .scripted(upstream, name: "c", priority: 3),
        ]
        let settings = Settings.testing(providers) {
            // Far more than the first attempt takes, on a busy machine too.
            $0.routing.timeouts.total = .seconds(10)
        }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            // An unstreamed answer without a limit would have the whole time to be written.
            client.post(
                #"{"max_tokens":1,"# + RawClient.body("auto", streamed: streamed).dropFirst()
            )
            let response = await client.response()
            #expect(response.status == 504)
            #expect(response.body.contains("time used up"))
        }
        #expect(record.completed.map(\.outcome) == [.failed])
        #expect(record.finished.map(\.failure) == [.firstTokenTimeout, .deadlinePassed])
        #expect(record.finished.map(\.costOrigin) == [.estimated, .estimated])
        #expect(record.completed.map(\.attempts) == [2])
    }

    @Test func `a provider that is not there costs nothing`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let provider = ProviderSettings.scripted(upstream)
        upstream.stop()
        let record = try await withGateway(Self.asking(once: provider)) { gateway in
            let client = try gateway.client()
            client.chat()
            #expect(await client.response().status == 502)
        }
        #expect(record.completed.map(\.outcome) == [.failed])
        #expect(record.finished.map(\.costOrigin) == [.uncharged])
        #expect(record.completed.map(\.cost) == [.zero])
    }

    @Test func `a stream may finish while the gateway stops`() async throws {
        let goOn = Latch()
        let upstream = try ScriptedUpstream { _, socket in
            socket.beginStream()
            socket.token("four")
            goOn.block()
            socket.finishAnswer()
            socket.endStream()
        }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.server.shutdownGrace = .seconds(30)
        }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.chat(streamed: true)
            await client.read(through: "four")
            await gateway.listening.stop()
            #expect(
                try await eventually { !gateway.accepts },
                "a stopping gateway takes nothing new"
            )
            goOn.open()
            #expect(await client.read(through: "[DONE]").contains("[DONE]"))
        }
        #expect(record.completed.map(\.outcome) == [.answered])
        #expect(record.finished.map(\.costOrigin) == [.priced])
    }

    @Test(arguments: [false, true])
    func `what still runs when the grace is over is interrupted`(streamed: Bool) async throws {
        let asked = Latch()
        let upstream = try ScriptedUpstream { _, socket in
            if streamed {
                socket.beginStream()
                socket.token("four")
            }
            asked.open()
            socket.waitForClose()
        }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.server.shutdownGrace = .milliseconds(50)
        }
        let client = Kept<RawClient>()
        // However long the answer takes on a busy machine, the server is not cancelled before it.
        let record = try await withGateway(settings, closeTimeout: .seconds(3_600)) { gateway in
            client.value = try gateway.client()
            client.value?.chat(streamed: streamed)
            await asked.wait()
            if streamed { await client.value?.read(through: "four") }
        }
        #expect(record.completed.map(\.outcome) == [.interrupted])
        #expect(record.finished.map(\.failure) == [.interrupted])
        #expect(record.finished.map(\.costOrigin) == [.estimated])
        let rest = await client.value?.readToEnd() ?? ""
        #expect(!rest.contains("[DONE]"))
        #expect(!rest.contains("200 OK"))
        #expect(rest.contains(streamed ? "upstream_interrupted" : "HTTP/1.1 503"))
    }
}

extension TestGateway {
    /// Whether a new connection is taken.
    var accepts: Bool {
        do {
            _ = try client()
            return true
        } catch {
            return false
        }
    }
}
