import Catalog
import Events
import Foundation
import Reporting
import RouterState
import Routing
import Settings
import Synchronization
import TestSupport
import Testing
import Upstream

@testable import Gateway
@testable import LedgerSupport

/// Many requests of every kind at once, against providers that fail in every way.
struct TrafficTests {
    @Test func `what many concurrent requests leave behind is whole`() async throws {
        var draws = SeededRandom(seed: SeededRandom.seed())
        let count = 600
        let kinds = (0..<count).map { _ in draws.one(of: Kind.allCases) }
        let settings = Settings.testing(
            .failing("sim-a", seed: draws.next()),
            .failing("sim-b", seed: draws.next()),
            .failing("sim-c", seed: draws.next())
        ) { $0.server.shutdownGrace = .seconds(30) }
        let record = try await withGateway(settings) { gateway in
            let client = try UpstreamClient()
            await withTaskGroup(of: Void.self) { group in
                for (number, kind) in kinds.enumerated() {
                    if number >= 64 { await group.next() }
                    group.addTask { await kind.send(number, to: gateway.port, over: client) }
                }
            }
            client.shutdown()
            try await gateway.waitUntilIdle()
        }
        // A call that is cancelled at once may never reach the gateway.
        let recorded = kinds.filter { $0 != .wrongPath }
        let certain = recorded.filter { $0 != .cancelledEarly }
        #expect(
            (certain.count...recorded.count).contains(record.completed.count),
            "clients met \(Kind.errors.withLock { $0 })"
        )
        let outcomes = Set(record.completed.map(\.outcome))
        // Whether a cancellation comes before the answer's end is the machine's affair.
        #expect(outcomes.isSuperset(of: [.answered, .refused, .cut]))
        #expect(record.started.contains { $0.number > 1 }, "some failed over")
        try record.expectSameDecisions()
        record.expectSameReport()
    }
}

/// What a client sends, and what it does then.
private enum Kind: CaseIterable {
    case plain, streamed, anthropic, anthropicStreamed, named, pinned, unknownModel, broken
    case cancelledEarly, cancelledInStream, wrongPath

    /// What the clients met, to be shown when a request is missing.
    static let errors = Mutex<[String: Int]>([:])

    func send(_ number: Int, to port: Int, over client: UpstreamClient) async {
        let exchange = client.start(
            UpstreamRequest(
                method: "POST",
                url: "http://127.0.0.1:\(port)\(path)",
                headers: [(name: "x-logway-tags", value: "kind=\(self)")],
                body: Array(body(number).utf8),
                pool: UpstreamPool(name: "clients", maximumConnections: 64)
            )
        )
        if self == .cancelledEarly {
            for _ in 0..<(number % 50) { await Task.yield() }
            return exchange.cancel()
        }
        do throws(UpstreamError) {
            _ = try await exchange.head()
            while try await exchange.next() != nil {
                if self == .cancelledInStream { return exchange.cancel() }
            }
        } catch {
            // A cut on purpose; what is left behind is what is judged.
            Self.errors.withLock { $0["\(self): \(error)", default: 0] += 1 }
        }
    }

    private var path: String {
        switch self {
        case .anthropic, .anthropicStreamed: "/v1/messages"
        case .wrongPath: "/v1/sausages"
        default: "/v1/chat/completions"
        }
    }

    private func body(_ number: Int) -> String {
        let isStreamed = [.streamed, .anthropicStreamed, .cancelledInStream].contains(self)
        let model =
            switch self {
            case .named: "model-b"
            case .pinned: "sim-c:model-c"
            case .unknownModel: "nobody-has-this"
            default: "auto"
            }
        if self == .broken { return #"{"model":"auto""# }
        return #"{"model":"\#(model)","max_tokens":50,"stream":\#(isStreamed),"#
            + #""messages":[{"role":"user","content":"Question \#(number), in a few words?"}]}"#
    }
}

extension ProviderSettings {
    /// A simulated provider that fails, limits its rate and cuts streams.
    fileprivate static func failing(_ name: String, seed: UInt64) -> ProviderSettings {
        var provider = ProviderSettings(type: .simulated, name: name)
        var simulation = SimulationSettings()
        simulation.seed = seed
        simulation.failureRate = 0.15
        simulation.rateLimitRate = 0.02
        simulation.cutRate = 0.2
        simulation.latencyMean = .milliseconds(2)
        simulation.latencyDeviation = .milliseconds(2)
        simulation.tokensPerSecond = 20_000
        var model = SimulatedModel(name: "model-\(name.suffix(1))")
        model.prices = TokenPrices(input: 150_000_001, output: 600_000_003)
        simulation.models = [model]
        provider.simulation = simulation
        provider.defaultModel = model.name
        provider.healthCheck.interval = .seconds(3_600)
        return provider
    }
}

extension Record {
    /// Decides everything again, each at its recorded position, and compares.
    fileprivate func expectSameDecisions() throws {
        var state = RouterState()
        // The state before the events that were appended together with the one looked at.
        var before = state
        var requests: [RequestID: (received: RequestReceived, decision: RouteDecided)] = [:]
        var tried: [RequestID: AttemptStarted] = [:]
        for (index, event) in events.enumerated() {
            switch event.body {
            case .requestReceived(let received):
                before = state
                requests[received.request] = (received, RouteDecided())
            case .routeDecided(let decision):
                let received = try #require(requests[decision.request]?.received)
                let context = RoutingContext(before, at: event.time)
                let again = decide(received, in: context, seed: decision.seed)
                #expect(decision.statePosition == before.position)
                #expect(Event(.routeDecided(again), at: event.time).bytes == event.bytes)
                requests[decision.request]?.decision = decision
            case .attemptStarted(let attempt):
                if let last = tried[attempt.request] {
                    let request = try #require(requests[attempt.request])
                    let next = NextAttempt(
                        after: last,
                        failure: attempt.after,
                        of: request.decision,
                        received: request.received,
                        in: RoutingContext(state, at: event.time)
                    ).attempt
                    #expect(
                        next.map { Event(.attemptStarted($0), at: event.time).bytes } == event.bytes
                    )
                }
                tried[attempt.request] = attempt
            default: break
            }
            state.apply(event, sequence: UInt64(index + 1))
        }
    }

    /// Compares the report with the attempts, to the nano-dollar.
    fileprivate func expectSameReport() {
        let months = Set(events.map { [$0.time.date.year, $0.time.date.month] })
        var reported = Nanodollars.zero
        for month in months {
            var report = CostReport(year: month[0], month: month[1])
            for event in events { report.apply(event) }
            reported += report.total.cost
        }
        let costs = finished.compactMap(\.cost)
        #expect(costs.count == finished.count, "every model here has a price")
        #expect(reported == costs.reduce(.zero) { $0 + $1 })
        #expect(reported > .zero)
    }
}

extension Event {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }
}
