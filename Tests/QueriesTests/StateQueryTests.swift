import EventLog
import Events
import Reporting
import RouterState
import Testing

@testable import Evaluation
@testable import Queries
@testable import RoutingSupport

@Suite("Asking for the state and for replays")
struct StateQueryTests {
    static let events = GatewayHistory(seed: 12, steps: 300).events
    static let state = {
        var state = RouterState()
        for (index, event) in events.enumerated() {
            state.apply(event, sequence: UInt64(index + 1))
        }
        return state
    }()

    @Test func `the state is the fold of the events, now and at an instant`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        #expect(try queries.state() == Self.state)
        #expect(try queries.state(at: log.middle) == log.state(at: log.middle))
    }

    @Test func `providers, quotas and budgets are looked at now, or at the instant`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let state = Self.state
        // A clock that goes behind the log does not take back what was recorded.
        for (now, time) in [
            (state.time + .seconds(7_000), state.time + .seconds(7_000)),
            (state.time + .seconds(-7_000), state.time),
        ] {
            let providers = try queries.providers(now: now)
            #expect(providers.json == ProviderStatus(state, at: time).json)
            #expect(try queries.quotas(now: now).json == QuotaStatus(state, at: time).json)
            #expect(try queries.budgets(now: now).json == BudgetStatus(state, at: time).json)
        }
        let then = log.state(at: log.middle)
        let now = state.time + .seconds(7_000)
        let providers = try queries.providers(at: log.middle, now: now)
        #expect(providers.json == ProviderStatus(then, at: log.middle).json)
        let quotas = try queries.quotas(at: log.middle, now: now)
        #expect(quotas.json == QuotaStatus(then, at: log.middle).json)
        let budgets = try queries.budgets(at: log.middle, now: now)
        #expect(budgets.json == BudgetStatus(then, at: log.middle).json)
        #expect(!providers.rows.isEmpty)
    }

    @Test func `while the clock is doubted, providers are looked at in the log's time`() throws {
        let end = Self.state.time
        var judged = ClockJudged()
        judged.verdict = .doubted
        judged.clock = end + .seconds(90_000_000)
        judged.expected = end
        let log = try HistoryLog(Self.events + [Event(.clockJudged(judged), at: end)])
        let queries = LogQueries(log.path)
        #expect(try queries.providers(now: judged.clock).time == end)
        #expect(try queries.quotas(now: judged.clock).time == end)
        #expect(try queries.providers(at: log.middle, now: judged.clock).time == log.middle)
    }

    @Test func `a replay folds every event, up to an instant`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let replay = try queries.replay()
        #expect(replay.state == Self.state)
        #expect(replay.events == log.events.count)
        let names = Dictionary(grouping: log.events, by: \.body.name).mapValues(\.count)
        #expect(replay.eventsByType == names)
        let part = try queries.replay(until: log.middle)
        #expect(part.state == log.state(at: log.middle))
        #expect(part.events == log.events.count { $0.time <= log.middle })
    }

    @Test func `deciding again finds what was recorded, and what was changed`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        let findings = try queries.check()
        #expect(findings.isEqual)
        #expect(findings.decisions.equal > 20)
        let decisions = log.events.compactMap { event -> RouteDecided? in
            if case .routeDecided(let decided) = event.body { decided } else { nil }
        }
        var scope = ReplayScope()
        scope.request = decisions[9].request
        #expect(try queries.check(scope).decisions.total == 1)
        scope.request = RequestID(time: log.middle, random: (1, 2))
        #expect(try queries.check(scope).decisions.total == 0)

        var forged = 0
        let events = log.events.map { event in
            guard case .routeDecided(var decided) = event.body, forged < 2 else { return event }
            forged += 1
            decided.seed ^= 1
            decided.chain += "x"
            return Event(.routeDecided(decided), at: event.time)
        }
        let other = try HistoryLog(events)
        let changed = LogQueries(other.path)
        #expect(try changed.check().differences.count == 1)
        let all = try changed.check(keepsAll: true)
        #expect(!all.isEqual)
        #expect(all.differences.map(\.request) == decisions.prefix(2).map(\.request))
    }

    @Test func `a state that was retired is refused, with the earliest there is`() throws {
        let log = try HistoryLog.retired()
        let queries = LogQueries(log.path)
        let carried = log.events[log.events.count - 1].time
        let expected = StateRetired(earliest: carried)
        let now = carried + .seconds(1)
        #expect(throws: expected) { try queries.state(at: log.events[0].time) }
        #expect(throws: expected) { try queries.replay(until: log.events[0].time) }
        #expect(throws: expected) { try queries.budgets(at: log.events[0].time, now: now) }
        #expect(try queries.state(at: carried).time == carried)
        #expect(try !queries.providers(now: now).rows.isEmpty)
    }
}
