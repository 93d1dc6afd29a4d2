import EventLog
import Events
import RouterState
import TestSupport
import WriteAheadLog

/// Everything that a log holds, read from its files.
struct Record {
    private(set) var events: [Event] = []
    /// The fold of all of it.
    private(set) var state = RouterState()
    let directory: TemporaryDirectory

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

    /// What of the log is not as every log is of which nothing is under way.
    func faults() throws -> [String] {
        var faults: [String] = []
        func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
            if !holds { faults.append(fault()) }
        }
        check(Set(received.map(\.request)).count == received.count, "a request came twice")
        check(
            received.map(\.request).sorted() == completed.map(\.request).sorted(),
            "not every request completes exactly once"
        )
        check(state.inFlight.count == 0, "\(state.inFlight.count) requests are in flight")
        check(
            started.map { "\($0.request) \($0.number)" }.sorted()
                == finished.map { "\($0.request) \($0.number)" }.sorted(),
            "not every attempt is settled exactly once"
        )
        let attempts = Dictionary(grouping: finished, by: \.request)
        for request in completed {
            let own = attempts[request.request] ?? []
            check(
                request.attempts == own.count,
                "\(request.request) has \(own.count) attempts, not \(request.attempts)"
            )
            let cost = own.reduce(Nanodollars?.some(.zero)) { sum, attempt in
                sum.flatMap { sum in attempt.cost.map { sum + $0 } }
            }
            check(
                request.cost == cost,
                "the attempts of \(request.request) have another cost than it"
            )
        }
        check(
            zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time },
            "the time goes back"
        )
        var reader = try LogReader(directory.path)
        if let problem = try reader.verify().problem { faults.append("\(problem)") }
        return faults
    }
}
