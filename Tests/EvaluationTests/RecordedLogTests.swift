import EventLog
import Events
import RouterState
import Routing
import Testing

@testable import Evaluation

/// What an earlier build recorded comes out of this one, byte for byte.
@Suite("The recorded log")
struct RecordedLogTests {
    @Test func `has every event in the bytes that this build encodes it to`() throws {
        var types: Set<String> = []
        try RecordedLog().forEach { event, record, sequence in
            types.insert(event.body.name)
            var bytes: [UInt8] = []
            event.encode(into: &bytes)
            try #require(bytes == record, "event \(sequence), \(event.body.name)")
        }
        #expect(types == Self.types)
    }

    /// Decides by what the gateway decides by, and not by the check that the next test is of.
    @Test func `has every decision and first attempt that is decided again on the state before`()
        throws
    {
        var state = RouterState()
        var asked: [RequestID: (received: RequestReceived, state: RouterState)] = [:]
        var first: [RequestID: AttemptStarted] = [:]
        var decisions = 0
        var attempts = 0
        try RecordedLog().forEach { event, record, sequence in
            var again: EventBody?
            switch event.body {
            case .requestReceived(let received): asked[received.request] = (received, state)
            case .routeDecided(let decision):
                let before = try #require(asked[decision.request])
                asked[decision.request] = nil
                let admission = Admission(
                    of: before.received,
                    in: RoutingContext(before.state, at: event.time),
                    seed: decision.seed
                )
                again = .routeDecided(admission.decision)
                first[decision.request] = admission.attempt
                decisions += 1
            case .attemptStarted(let attempt) where attempt.number == 1:
                again = .attemptStarted(try #require(first[attempt.request]))
                first[attempt.request] = nil
                attempts += 1
            default: break
            }
            if let again {
                var bytes: [UInt8] = []
                Event(again, at: event.time).encode(into: &bytes)
                try #require(bytes == record, "event \(sequence), \(again.name)")
            }
            state.apply(event, sequence: sequence)
        }
        #expect((decisions, attempts) == (Self.decisions, Self.firstAttempts))
        #expect(first.isEmpty)
    }

    @Test func `has every failover, retry, hedge and extension that is decided again`() throws {
        let log = try RecordedLog()
        var history = try StateHistory(log.path, code: nil)
        let findings = try history.check(keepsAll: true)
        #expect(findings.differences == [])
        #expect(findings.decisions.equal == Self.decisions)
        #expect(findings.decisions.total == Self.decisions)
        #expect(findings.attempts.equal == Self.attempts)
        #expect(findings.attempts.total == Self.attempts)
    }

    @Test func `folds to the states of then, each of which is read back from its bytes`() throws {
        var expected = try RecordedLog.states()
        #expect(expected.count > 1_000)
        var state = RouterState()
        try RecordedLog().forEach { event, _, sequence in
            state.apply(event, sequence: sequence)
            guard let hash = expected.removeValue(forKey: sequence) else { return }
            let bytes = state.encoded
            try #require(
                Fingerprint(sha256Of: bytes).description == hash,
                "after event \(sequence), \(event.body.name)"
            )
            // Not of each one, which takes longer than all of the rest.
            guard sequence % 16 == 0 else { return }
            let again = try RouterState(decoding: bytes)
            try #require(again == state, "event \(sequence)")
            try #require(again.encoded == bytes, "event \(sequence)")
        }
        #expect(expected.isEmpty)
    }

    /// The state that retention wrote down is the one that the events before it fold to, and what
    /// follows it is the same without them.
    @Test func `goes on from the state that it carried`() throws {
        var expected = try RecordedLog.states()
        var state = RouterState()
        var carried: UInt64 = 0
        try RecordedLog().forEach { event, _, sequence in
            if case .stateCarried(let event) = event.body {
                carried = sequence
                try #require(event.state.bytes == state.encodedToCarry)
            }
            state.apply(event, sequence: sequence)
        }
        try #require(carried > 0)
        let log = try RecordedLog()
        try log.retire()
        var reader = try EventReader(log.path)
        #expect(try reader.firstSequence() > 1)
        state = RouterState()
        var compared = 0
        try log.forEach { event, _, sequence in
            state.apply(event, sequence: sequence)
            guard sequence >= carried, let hash = expected.removeValue(forKey: sequence) else {
                return
            }
            compared += 1
            try #require(Fingerprint(sha256Of: state.encoded).description == hash)
        }
        #expect(compared > 5 && expected.keys.allSatisfy { $0 < carried })
    }

    // How many there are; a log that lost some would be equal in all the rest.
    static let decisions = 469
    static let firstAttempts = 431
    /// Extensions included.
    static let attempts = 504

    /// Every type but those in parts, which begin at a mebibyte of sums and two of a state.
    static let types: Set = [
        "RequestReceived", "RouteDecided", "AttemptStarted", "AttemptFinished", "RequestCompleted",
        "HealthProbed", "ModelsListed", "FeedbackReceived", "ConfigurationApplied", "PolicyApplied",
        "PricesApplied", "NodeStarted", "NodeStopped", "LogRecovered", "StateCarried",
        "SegmentRetired", "MonthClosed", "QuotaTick", "QuotaWarned", "BudgetAlerted",
        "ReservationExtended", "ClockJudged",
    ]
}
