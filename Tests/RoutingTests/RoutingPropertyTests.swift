import Events
import RouterState
import Routing
import TestSupport
import Testing

@testable import RoutingSupport

@Suite("Every decision of a history")
struct RoutingPropertyTests {
    /// A decision or an attempt of a replayed log, with what it was made on.
    struct Moment {
        var received: RequestReceived
        var decision: RouteDecided
        /// The attempt; `nil` for the decision itself.
        var attempt: AttemptStarted?
        /// The candidate that was asked before.
        var before: AttemptStarted?
        /// The state at the recorded position.
        var state: RouterState
        var now: Timestamp
        /// What it is made on again.
        var context: RoutingContext { RoutingContext(state, at: now) }
    }

    /// Folds a log from its bytes and visits every decision and every attempt.
    static func replay(_ events: [Event], _ visit: (Moment) throws -> Void) throws {
        // A decision and its attempt rest on the state a few events before them.
        var states: [UInt64: RouterState] = [0: RouterState()]
        var state = RouterState()
        var received: [RequestID: RequestReceived] = [:]
        var decisions: [RequestID: RouteDecided] = [:]
        var attempts: [RequestID: AttemptStarted] = [:]
        for (index, original) in events.enumerated() {
            var bytes: [UInt8] = []
            original.encode(into: &bytes)
            let event = try Event(decoding: bytes)
            func moment(_ id: RequestID, at position: UInt64) throws -> Moment {
                Moment(
                    received: try #require(received[id]),
                    decision: try #require(decisions[id]),
                    state: try #require(states[position]),
                    now: event.time
                )
            }
            switch event.body {
            case .requestReceived(let body): received[body.request] = body
            case .routeDecided(let body):
                decisions[body.request] = body
                try visit(try moment(body.request, at: body.statePosition))
            case .attemptStarted(let body):
                var place = try moment(body.request, at: body.statePosition)
                place.attempt = body
                place.before = attempts.updateValue(body, forKey: body.request)
                try visit(place)
            default: break
            }
            let sequence = UInt64(index + 1)
            state.apply(event, sequence: sequence)
            states[sequence] = state
            if sequence >= 4 { states[sequence - 4] = nil }
        }
    }

    /// Visits the decisions and attempts of many histories.
    static func visit(_ runs: Int, seed: UInt64, _ visit: (Moment) throws -> Void) throws {
        for run in 0..<runs {
            let history = GatewayHistory(seed: seed &+ UInt64(run), steps: 120)
            do {
                try replay(history.events, visit)
            } catch {
                Issue.record("run \(run) of seed \(seed)")
                throw error
            }
        }
    }

    @Test func `is made again, byte for byte, on the state at its recorded position`() throws {
        var decisions = 0
        var failovers = 0
        var hedges = 0
        var retries = 0
        try Self.visit(200, seed: SeededRandom.seed()) { moment in
            guard let attempt = moment.attempt else {
                let again = decide(
                    moment.received,
                    in: moment.context,
                    seed: moment.decision.seed
                )
                decisions += 1
                try #require(again.encoded == moment.decision.encoded)
                return
            }
            guard let before = moment.before else {
                try #require(attempt.candidate == moment.decision.chosen)
                return
            }
            if attempt.hedge != nil {
                let again = Hedge(
                    beside: before,
                    of: moment.decision,
                    received: moment.received,
                    in: moment.context
                )
                hedges += 1
                try #require(again.attempt?.encoded == attempt.encoded)
                return
            }
            let again = NextAttempt(
                after: before,
                failure: attempt.after,
                of: moment.decision,
                received: moment.received,
                in: moment.context
            )
            failovers += 1
            if attempt.retry != nil { retries += 1 }
            try #require(again.attempt?.encoded == attempt.encoded)
        }
        #expect(retries > 10)
        #expect(decisions > 1_000)
        #expect(failovers > 100)
        #expect(hedges > 100)
    }

    @Test func `shows every provider that it looked at, with a reason where it is not one`() throws
    {
        try Self.visit(100, seed: SeededRandom.seed()) { moment in
            guard moment.attempt == nil else { return }
            let decision = moment.decision
            let policy = moment.state.policy
            let shown = Set(decision.candidates.map(\.provider) + decision.excluded.map(\.provider))
            let name = moment.received.requestedModel
            let expected: Set<String>
            if ["auto:cheap", "auto:fast", "auto:best", "auto:local", "auto:free"].contains(name) {
                let entries = policy.chain("production")?.entries ?? []
                expected = Set(entries.map(\.provider) + policy.policy.providers.map(\.name))
            } else if name == "auto" || name.hasPrefix("auto:") {
                let entries =
                    (policy.policy.taskChains.first { $0.name == decision.chain }
                    ?? policy.chain(decision.chain))?.entries ?? []
                expected = Set(entries.map(\.provider))
            } else if let colon = name.firstIndex(of: ":"),
                policy.provider(String(name[..<colon])) != nil
            {
                expected = [String(name[..<colon])]
            } else {
                expected = Set(policy.policy.providers.map(\.name))
            }
            try #require(shown == expected)
            for excluded in decision.excluded where excluded.reason == .untranslatable {
                try #require(!excluded.fields.isEmpty)
            }
            for excluded in decision.excluded {
                guard let until = excluded.until else { continue }
                try #require(until > moment.now)
            }
        }
    }

    @Test func `has no candidate twice, and probabilities that sum to one`() throws {
        try Self.visit(100, seed: SeededRandom.seed()) { moment in
            guard moment.attempt == nil else { return }
            let decision = moment.decision
            let ranking = decision.ranking
            try #require(Set(ranking).count == ranking.count)
            try #require((decision.refusal == nil) == !ranking.isEmpty)
            try #require((decision.chosen == nil) == ranking.isEmpty)
            let sum = decision.candidates.reduce(0) { $0 + $1.probability }
            try #require(sum == (ranking.isEmpty ? 0 : 1_000_000))
            let rejected = decision.excluded.filter { $0.model != nil }.map {
                "\($0.provider):\($0.model ?? "")"
            }
            try #require(Set(rejected).isDisjoint(with: ranking))
            try #require(decision.candidates.allSatisfy { $0.probability >= 0 })
        }
    }

    /// The promise that costs money when it is broken: looked at where each attempt begins, so that
    /// whatever failed and whatever came into force before is in it.
    @Test func `asks nothing that is not known to be free, where only that may be asked`() throws {
        var checked = 0
        try Self.visit(300, seed: SeededRandom.seed()) { moment in
            let state = moment.state
            let mode = state.policy.policy.mode
            func isFree(_ provider: String, _ model: String) -> Bool {
                state.prices.prices(provider: provider, model: model).isFree
            }
            if moment.attempt == nil, mode == .freeOnly {
                let decision = moment.decision
                try #require(decision.candidates.allSatisfy { isFree($0.provider, $0.model) })
            }
            guard let attempt = moment.attempt else { return }
            let chain =
                state.policy.policy.taskChains.first { $0.name == moment.decision.chain }
                ?? state.policy.chain(moment.decision.chain)
            let number = moment.decision.candidates[attempt.candidate].chainEntry
            let entry = number.flatMap { chain?.entries[$0 - 1] }
            guard mode == .freeOnly || entry?.isFreeOnly == true else { return }
            checked += 1
            try #require(isFree(attempt.provider, attempt.model))
        }
        #expect(checked > 100)
    }

    /// Looked at where each attempt begins, on the state that it was taken on.
    @Test func `fits the quotas and the budgets of its moment, with what it reserves`() throws {
        var (refused, limited) = (0, 0)
        try Self.visit(200, seed: SeededRandom.seed()) { moment in
            let state = moment.state.expired(at: moment.now) ?? moment.state
            guard let attempt = moment.attempt else {
                let reasons = moment.decision.excluded.map(\.reason)
                if reasons.contains(.quotaExhausted) || reasons.contains(.budgetExceeded) {
                    refused += 1
                }
                for exclusion in moment.decision.excluded where exclusion.shortage != nil {
                    let shortage = try #require(exclusion.shortage)
                    try #require(
                        shortage.used + shortage.reserved + shortage.needed > shortage.limit
                    )
                }
                return
            }
            let provider = try #require(state.policy.provider(attempt.provider))
            if provider.isLimited { limited += 1 }
            let shortage = state.quotas.shortage(
                at: attempt.model,
                of: provider,
                key: attempt.key,
                tokens: attempt.reservedTokens ?? 0,
                now: moment.now
            )
            try #require(shortage == nil)
            guard let budgets = state.policy.policy.budgets, budgets.onLimit != .warn else {
                return
            }
            let uses = state.budgetUses(charges: attempt.charges, at: moment.now)
            let isFree = state.prices.prices(provider: provider.name, model: attempt.model).isFree
            guard !uses.isEmpty, !isFree else { return }
            guard let cost = attempt.reservedCost else {
                try #require(budgets.allowsUnpriced)
                return
            }
            try #require(uses.allSatisfy { $0.fits(cost) })
        }
        #expect(refused > 100)
        #expect(limited > 100)
    }

    @Test func `keeps to the mode, the breakers and the holds of its moment`() throws {
        try Self.visit(100, seed: SeededRandom.seed()) { moment in
            guard let attempt = moment.attempt else { return }
            let state = moment.state
            // Who is asked again may be held until then.
            let wait = attempt.retry?.waitMicroseconds ?? 0
            let start = moment.now.advanced(byMicroseconds: wait)
            let policy = try #require(state.policy.provider(attempt.provider))
            if state.policy.policy.mode == .hosted { try #require(!policy.isLocal) }
            try #require(
                attempt.lane == (policy.lanes.isEmpty ? nil : policy.lanes[attempt.key].name)
            )
            let reference = ModelReference(provider: attempt.provider, model: attempt.model)
            let position = state.breakers.position(of: attempt.provider, at: start)
            let ofModel = state.breakers.position(of: reference, at: start)
            try #require([.closed, .halfOpen(probing: false)].contains(position))
            try #require([.closed, .halfOpen(probing: false)].contains(ofModel))
            let (provider, key) = (attempt.provider, attempt.key)
            try #require(state.holds.keyRejected(provider, key: key, at: start) == nil)
            try #require(state.holds.modelMissing(reference, at: start) == nil)
            try #require(state.holds.rateLimited(reference, key: key, at: start) == nil)
            let counted = attempt.number - attempt.exemptAttempts
            try #require(counted <= max(1, moment.decision.maxAttempts))
        }
    }

    /// The promise that is about privacy: nothing that failed before excuses another machine.
    @Test func `never leaves the machine where the client forbids it`() throws {
        var checked = 0
        var failovers = 0
        try Self.visit(300, seed: SeededRandom.seed()) { moment in
            let isLocalOnly =
                moment.received.hints.isLocalOnly
                || moment.received.requestedModel == "auto:local"
            guard isLocalOnly else { return }
            func isLocal(_ provider: String) -> Bool {
                moment.state.policy.provider(provider)?.isLocal == true
            }
            try #require(moment.decision.requirements.isLocalOnly)
            guard let attempt = moment.attempt else {
                return try #require(moment.decision.candidates.allSatisfy { isLocal($0.provider) })
            }
            checked += 1
            if attempt.number > 1 { failovers += 1 }
            try #require(isLocal(attempt.provider))
        }
        #expect(checked > 100)
        #expect(failovers > 10)
    }

    @Test func `asks no model that costs more, knows less or holds less than the request allows`()
        throws
    {
        var (priced, able) = (0, 0)
        try Self.visit(200, seed: SeededRandom.seed()) { moment in
            guard let attempt = moment.attempt else { return }
            let state = moment.state
            let requirements = moment.decision.requirements
            let reference = ModelReference(provider: attempt.provider, model: attempt.model)
            if let ceiling = moment.received.hints.maxCost {
                let prices = state.prices.prices(
                    provider: attempt.provider,
                    model: attempt.model
                )
                let usage = TokenUsage(
                    input: requirements.inputTokens,
                    output: requirements.outputTokens ?? 256
                )
                try #require(try #require(prices.cost(of: usage)) <= ceiling)
                priced += 1
            }
            guard let card = state.policy.card(reference) else { return }
            able += 1
            if let window = card.contextWindow {
                try #require(
                    moment.received.features.inputTokens
                        + (moment.received.features.outputLimit ?? 0) <= window
                )
            }
            if let abilities = card.capabilities {
                try #require(abilities.isSuperset(of: moment.received.features.needs))
            }
        }
        #expect(priced > 30)
        #expect(able > 100)
    }

    @Test func `draws each arm with at least the floor, and nobody else`() throws {
        var explored = 0
        try Self.visit(100, seed: SeededRandom.seed()) { moment in
            guard moment.attempt == nil, let chosen = moment.decision.chosen else { return }
            let decision = moment.decision
            try #require(decision.candidates[chosen].probability > 0)
            if chosen != 0 { explored += 1 }
            let drawn = decision.candidates.filter { $0.probability > 0 }
            try #require(drawn.allSatisfy { $0.probability >= decision.floor })
            let policy = moment.state.policy.policy.exploration
            try #require(drawn.count <= max(1, policy?.arms ?? 1))
            if policy == nil { try #require(drawn.count == 1 && decision.floor == 0) }
        }
        #expect(explored > 20)
    }
}
