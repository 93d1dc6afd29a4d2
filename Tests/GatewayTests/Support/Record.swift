import Evaluation
import EventLog
import Events
import RouterState
import Testing
import WriteAheadLog

/// Everything that a log holds, read from its files.
struct Record {
    private(set) var events: [Event] = []
    /// The fold of all of it.
    private(set) var state = RouterState()
    private let directory: TemporaryDirectory

    init(_ directory: TemporaryDirectory) throws {
        self.directory = directory
        var reader = try EventReader(directory.path)
        try reader.forEach(from: reader.log.firstSequence()) { event, sequence in
            events.append(event)
            state.apply(event, sequence: sequence)
            return true
        }
    }

    var received: [RequestReceived] {
        events.compactMap { if case .requestReceived(let event) = $0.body { event } else { nil } }
    }
    var decided: [RouteDecided] {
        events.compactMap { if case .routeDecided(let event) = $0.body { event } else { nil } }
    }
    var started: [AttemptStarted] {
        events.compactMap { if case .attemptStarted(let event) = $0.body { event } else { nil } }
    }
    var finished: [AttemptFinished] {
        events.compactMap { if case .attemptFinished(let event) = $0.body { event } else { nil } }
    }
    var completed: [RequestCompleted] {
        events.compactMap { if case .requestCompleted(let event) = $0.body { event } else { nil } }
    }

    /// Every byte of the log's events, as text: for looking for what must not be there.
    var text: String {
        var text = ""
        for event in events {
            var bytes: [UInt8] = []
            event.encode(into: &bytes)
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text
    }

    /// Checks what holds for every log of a gateway that has stopped.
    func expectWhole() {
        #expect(Set(received.map(\.request)).count == received.count)
        #expect(
            received.map(\.request).sorted() == completed.map(\.request).sorted(),
            "every request completes exactly once"
        )
        #expect(state.inFlight.count == 0)
        #expect(
            started.map { "\($0.request) \($0.number)" }.sorted()
                == finished.map { "\($0.request) \($0.number)" }.sorted(),
            "every attempt is settled exactly once"
        )
        let attempts = Dictionary(grouping: finished, by: \.request)
        for request in completed {
            let own = attempts[request.request] ?? []
            #expect(request.attempts == own.count)
            let cost = own.reduce(Nanodollars?.some(.zero)) { sum, attempt in
                sum.flatMap { sum in attempt.cost.map { sum + $0 } }
            }
            #expect(request.cost == cost)
        }
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        do {
            var reader = try LogReader(directory.path)
            #expect(try reader.verify().problem == nil)
        } catch {
            Issue.record(error, "the log can't be verified")
        }
    }

    /// Checks that everything that a gateway decided is decided again, as it was.
    func expectReplays() throws {
        var history = try StateHistory(directory.path)
        let findings = try history.check(keepsAll: true)
        #expect(findings.differences == [], "a decision does not replay")
        #expect(findings.decisions.equal + findings.decisions.retired == decided.count)
        #expect(findings.attempts.equal + findings.attempts.retired == started.count)
    }
}
