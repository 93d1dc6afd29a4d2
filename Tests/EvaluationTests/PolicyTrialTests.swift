import EventLog
import Events
import RouterState
import TestSupport
import Testing

@testable import Evaluation
@testable import RoutingSupport

@Suite("Deciding a log under another policy")
struct PolicyTrialTests {
    /// The decisions of a log with those of a policy, in its order.
    static func pairs(_ log: HistoryLog, _ policy: PolicyInForce) throws -> [DecisionPair] {
        var history = try StateHistory(log.path)
        var pairs: [DecisionPair] = []
        let tally = try history.trial(of: policy) { pairs.append($0) }
        #expect(tally.decided == pairs.count)
        #expect(tally.retired == 0)
        return pairs
    }

    static func decisions(_ events: [Event]) -> [RouteDecided] {
        events.compactMap { event in
            if case .routeDecided(let decision) = event.body { decision } else { nil }
        }
    }

    @Test func `a policy that was in force decides what it decided, byte for byte`() throws {
        let seed = SeededRandom.seed()
        let log = try HistoryLog(seed: seed, steps: 300)
        let decisions = Self.decisions(log.events)
        var (equal, others) = (0, 0)
        for (index, event) in log.events.enumerated() {
            guard case .policyApplied(let applied) = event.body else { continue }
            let policy = PolicyInForce(
                applied.policy,
                fingerprint: applied.fingerprint,
                position: UInt64(index + 1)
            )
            let pairs = try Self.pairs(log, policy)
            #expect(pairs.map(\.recorded) == decisions, "seed \(seed)")
            for pair in pairs {
                guard pair.recorded.policyPosition == policy.position else {
                    others += pair.other == pair.recorded ? 0 : 1
                    continue
                }
                try #require(pair.other.encoded == pair.recorded.encoded, "seed \(seed)")
                equal += 1
            }
        }
        #expect(equal == decisions.count, "seed \(seed)")
        #expect(others > decisions.count / 2, "seed \(seed)")
    }

    @Test func `another policy decides on what happened under the one in force`() throws {
        let seed = SeededRandom.seed()
        // So long that in any of them a provider is held while it is asked for.
        let log = try HistoryLog(seed: seed, steps: 4_000)
        var routing = RoutingPolicy()
        routing.providers = RoutingFixture.providers.filter { $0.name == "groq" }
        routing.chain = "only"
        routing.chains = [RoutingChain("only", ["groq:llama"])]
        routing.maxAttempts = 7
        let policy = PolicyInForce(routing)
        #expect(policy.fingerprint == Fingerprint(sha256Of: routing.encoded))
        var (state, held) = (RouterState(), 0)
        for pair in try Self.pairs(log, policy) {
            let (recorded, other) = (pair.recorded, pair.other)
            #expect(other.request == pair.received.request)
            #expect(other.statePosition == recorded.statePosition)
            #expect(other.seed == recorded.seed)
            #expect(other.policy == policy.fingerprint)
            #expect(other.policyPosition == 0)
            #expect(other.maxAttempts == 7)
            #expect(other.candidates.allSatisfy { $0.provider == "groq" })
            guard pair.received.requestedModel == "auto" else { continue }
            #expect(other.chain == "only")
            let models = other.candidates.map(\.model) + other.excluded.compactMap(\.model)
            #expect(models == ["llama"])
            // What providers said holds whatever the policy.
            for sequence in state.position + 1..<pair.place.sequence - 1 {
                state.apply(log.events[Int(sequence - 1)], sequence: sequence)
            }
            #expect(state.position == recorded.statePosition)
            let now = pair.place.time
            let groq = ModelReference(provider: "groq", model: "llama")
            let until =
                state.holds.keyRejected("groq", at: now)
                ?? state.holds.modelMissing(groq, at: now)
            guard until != nil else { continue }
            held += 1
            #expect(other.candidates.isEmpty)
        }
        #expect(held > 0, "seed \(seed)")
    }

    /// The first provider of the day is free, the others are not.
    @Test func `another budget counts what the log says was spent`() throws {
        let seed = SeededRandom.seed()
        var day = try SimulatedDay(seed: seed, requests: 600)
        var (events, spent): ([Event], [Int: Int64]) = ([], [:])
        var spentBefore: [RequestID: Int64] = [:]
        try day.run { event, _ in
            events.append(event)
            switch event.body {
            case .attemptFinished(let attempt):
                spent[event.time.daysSinceEpoch, default: 0] += attempt.cost?.count ?? 0
            case .requestReceived(let received):
                spentBefore[received.request] = spent[event.time.daysSinceEpoch] ?? 0
            default: break
            }
        }
        var routing = day.state.policy.policy
        let limit = try #require(spent.values.max()) / 2
        routing.budgets = BudgetPolicy()
        routing.budgets?.daily = Nanodollars(limit)
        routing.budgets?.outputLimit = 2_000
        routing.budgets?.onLimit = .downgrade
        var trial = PolicyTrial(of: PolicyInForce(routing))
        var (open, closed) = (0, 0)
        for (index, event) in events.enumerated() {
            guard let pair = trial.take(event, sequence: UInt64(index + 1)) else { continue }
            let isSpent = try #require(spentBefore[pair.received.request]) >= limit
            let paid = pair.other.candidates.filter { $0.provider != "p1" }
            if isSpent {
                closed += 1
                #expect(paid.isEmpty, "seed \(seed)")
            } else if !paid.isEmpty {
                open += 1
            }
        }
        #expect(trial.tally.decided == 600)
        #expect(open > 50, "seed \(seed)")
        #expect(closed > 20, "seed \(seed)")
    }

    @Test func `a scope is of the requests received in it`() throws {
        let seed = SeededRandom.seed()
        let log = try HistoryLog(seed: seed, steps: 200)
        let policy = PolicyInForce(RoutingPolicy())
        let all = try Self.pairs(log, policy)
        let middle = all[all.count / 2]
        var history = try StateHistory(log.path)
        func pairs(_ change: (inout ReplayScope) -> Void) throws -> [DecisionPair] {
            var (scope, pairs): (ReplayScope, [DecisionPair]) = (ReplayScope(), [])
            change(&scope)
            try history.trial(of: policy, scope) { pairs.append($0) }
            return pairs
        }
        #expect(try pairs { $0.request = middle.received.request } == [middle])
        let before = try pairs { $0.until = middle.place.time }
        let since = try pairs { $0.since = middle.place.time }
        #expect(before + since == all)
        #expect(!before.isEmpty)
        #expect(since.contains(middle))
    }

    @Test func `what rests on a state that was retired is counted and not decided`() throws {
        let (log, _, firstKept) = try StateHistoryTests.retired()
        var history = try StateHistory(log.path, code: nil)
        let tally = try history.trial(of: PolicyInForce(RoutingPolicy())) { _ in
            Issue.record("a decision was made on a state that is not whole")
        }
        #expect(tally.decided == 0)
        #expect(tally.retired == Self.decisions(Array(log.events[Int(firstKept - 1)...])).count)
        #expect(tally.retired > 100)
    }
}
