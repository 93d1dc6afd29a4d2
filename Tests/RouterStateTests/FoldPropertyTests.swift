import Events
import TestSupport
import Testing

@testable import RouterState

@Suite("The fold")
struct FoldPropertyTests {
    /// The events as they come back from a log, with the fields that a fold asks for, folded.
    static func replay(_ events: [Event]) throws -> RouterState {
        var state = RouterState()
        for (index, event) in events.enumerated() {
            var bytes: [UInt8] = []
            event.encode(into: &bytes)
            let read = try Event(decoding: bytes.span, fields: RouterState.fields)
            state.apply(read, sequence: UInt64(index + 1))
        }
        return state
    }

    @Test func `replaying the encoded events of a history gives the state that was live`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<2_000 {
            let history = History(seed: seed &+ UInt64(run), steps: 80)
            let replayed = try Self.replay(history.journal.events)
            try #require(
                replayed == history.journal.state,
                "run \(run) of seed \(seed)"
            )
        }
    }

    @Test func `a history that is cut anywhere and replayed goes on as if it had not been`() throws
    {
        let seed = SeededRandom.seed()
        let events = History(seed: seed, steps: 300).journal.events
        for cut in events.indices.prefix(100) {
            var state = try Self.replay(Array(events[..<cut]))
            for index in cut..<events.count {
                state.apply(events[index], sequence: UInt64(index + 1))
            }
            try #require(state == (try Self.replay(events)), "cut at \(cut) of seed \(seed)")
        }
    }

    /// What the sums must come to, counted the plain way.
    @Test func `the sums of a history are those of its events`() {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            let journal = History(seed: seed &+ UInt64(run), steps: 120).journal
            var open: Set<RequestID> = []
            var spent: [Int: Int64] = [:]
            for event in journal.events {
                switch event.body {
                case .requestReceived(let received): open.insert(received.request)
                case .requestCompleted(let completed): open.remove(completed.request)
                case .attemptFinished(let attempt):
                    spent[event.time.date.daysSinceEpoch, default: 0] += attempt.cost?.count ?? 0
                default: break
                }
            }
            #expect(journal.state.inFlight.ids == open.sorted(), "run \(run) of seed \(seed)")
            for (day, sum) in spent {
                #expect(journal.state.spend.total(day: day).cost == Nanodollars(sum))
            }
        }
    }

    /// A probe slot that no running attempt holds would never be freed.
    @Test func `a breaker says that it is probing only while an attempt there runs`() {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            var state = RouterState()
            let events = History(seed: seed &+ UInt64(run), steps: 120).journal.events
            for (index, event) in events.enumerated() {
                state.apply(event, sequence: UInt64(index + 1))
                let asked = state.inFlight.ids.flatMap { id in
                    let request = state.inFlight[id]
                    return ([request?.attempt].compactMap(\.self) + (request?.hedges ?? []))
                        .map { ModelReference(provider: $0.provider, model: $0.model) }
                }
                for provider in History.providers {
                    let position = state.breakers.position(of: provider, at: event.time)
                    guard position == .halfOpen(probing: true) else { continue }
                    let isAsked = asked.contains { $0.provider == provider }
                    #expect(isAsked, "run \(run) of seed \(seed)")
                }
                for model in History.providers.flatMap(state.breakers.openModels) {
                    let position = state.breakers.position(of: model, at: event.time)
                    guard position == .halfOpen(probing: true) else { continue }
                    #expect(asked.contains(model), "run \(run) of seed \(seed)")
                }
            }
        }
    }

    @Test func `no sequence of events traps, however little fits together`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<300 {
            var scrambler = Scrambler(draws: SeededRandom(seed: seed &+ UInt64(run)))
            var state = RouterState()
            for index in 0..<150 {
                let event = scrambler.event()
                state.apply(event, sequence: UInt64(index))
                query(state, at: event.time)
            }
        }
    }

    /// Asks the state everything that routing and the status table ask.
    private func query(_ state: RouterState, at now: Timestamp) {
        for provider in ["groq", "claude", ""] {
            let reference = ModelReference(provider: provider, model: "llama")
            _ = state.breakers.position(of: provider, at: now)
            _ = state.holds.keyRejected(provider, at: now)
            _ = state.holds.modelMissing(reference, at: now)
            _ = state.holds.rateLimited(reference, at: now)
            _ = state.health.of(provider).availability(at: now)
            _ = state.health.of(provider).meanLatency(at: now)
            _ = state.prices.prices(provider: provider, model: "llama")
            _ = state.policy.provider(provider).map { state.models.offered(by: $0) }
        }
        _ = state.spend.total(day: now.date.daysSinceEpoch)
        // With no prices: what a price of any size makes of a count of any size is Events' matter.
        _ = state.inFlight.interruptions(prices: RouterState().prices, at: now)
    }
}
