import Events
import Foundation
import GRDB
import Reporting
import RouterState

/// A fold of events over the tables, inside one transaction.
///
/// What the events change is kept in memory and written once at the end: most requests begin and end
/// within a batch.
struct EventBatch {
    /// The fields of events that the read models hold something of.
    static let fields = EventFields.all
        .through(8, of: .requestReceived(RequestReceived()))
        .through(25, of: .routeDecided(RouteDecided()))
        // The candidates, eligible and excluded, which are most of a log's bytes.
        .without(9, 10, of: .routeDecided(RouteDecided()))
        .through(4, of: .attemptStarted(AttemptStarted()))
        .without(12, 13, 14, 15, 16, 17, 20, 30, 31, of: .attemptFinished(AttemptFinished()))
        .through(15, of: .requestCompleted(RequestCompleted()))
        .through(0, of: .healthProbed(HealthProbed()))
        .through(0, of: .modelsListed(ModelsListed()))
        .through(0, of: .configurationApplied(ConfigurationApplied()))
        .through(0, of: .pricesApplied(PricesApplied()))

    let database: Database
    /// Writes rows with their checksums.
    let rows: RowSums
    /// The requests that events were about; `.some(nil)` for those that the log does not hold.
    private var requests: [RequestID: ProjectedRequest?] = [:]
    private var months: [CalendarMonth: MonthSums] = [:]
    private var localProviders: Set<String>
    private var savedLocalProviders: Set<String>

    /// An empty batch on the tables as they are.
    init(_ database: Database, _ interruption: Interruption = Interruption { true }) throws {
        self.database = database
        rows = RowSums(database, interruption)
        savedLocalProviders = Set(
            try database.rows("SELECT name FROM local_providers") { try $0.value(0, String.self) }
        )
        localProviders = savedLocalProviders
    }

    /// Takes in the event with this sequence number.
    mutating func apply(_ event: Event, sequence: UInt64) throws {
        switch event.body {
        case .requestReceived(let received):
            try begin(received, sequence: sequence, at: event.time)
        case .routeDecided(let decided):
            try decide(decided, sequence: sequence)
        case .attemptStarted(let attempt): try start(attempt, sequence: sequence)
        case .attemptFinished(let attempt):
            try finish(attempt, sequence: sequence, at: event.time)
        case .requestCompleted(let completed):
            try complete(completed, sequence: sequence, at: event.time)
        case .feedbackReceived(let feedback):
            try judge(feedback, sequence: sequence, at: event.time)
        case .policyApplied(let applied): setLocalProviders(of: applied.policy)
        case .stateCarried(let carried): adopt(carried.state.bytes)
        case .statePart(let part): try take(part)
        case .monthPart(let part):
            try change(CalendarMonth(year: part.year, month: part.month)) { $0.take(part) }
        case .monthClosed(let closed):
            let month = CalendarMonth(year: closed.year, month: closed.month)
            try change(month) { try $0.close(closed, sequence: sequence) }
        case .segmentRetired(let retired): try retire(before: retired.firstKept)
        default: break
        }
    }

    private mutating func begin(
        _ received: RequestReceived,
        sequence: UInt64,
        at time: Timestamp
    ) throws {
        // A request is received once; a second record of it would change what was already counted.
        guard try request(received.request) == nil else { return }
        let request = ProjectedRequest(received, sequence: sequence, time: time)
        requests[received.request] = .some(request)
        request.label(.model, received.requestedModel)
        if let task = received.task { request.label(.task, task) }
        for tag in received.tags { request.label(.tag, tag) }
    }

    private mutating func decide(_ decided: RouteDecided, sequence: UInt64) throws {
        guard let request = try request(decided.request) else { return }
        request.decided = sequence
        guard request.task == nil, let task = decided.classification.task?.name else { return }
        request.task = task
        request.label(.task, task)
    }

    private mutating func start(_ attempt: AttemptStarted, sequence: UInt64) throws {
        guard let request = try request(attempt.request) else { return }
        request.attempts += 1
        request.last = (attempt.provider, attempt.model)
        request.label(.provider, attempt.provider)
        request.label(.model, attempt.model)
        try rows.write(
            [request.sequence, sequence, attempt.provider, attempt.model],
            to: .attempts,
            part: CheckedTable.attempts.part(request.sequence)
        )
    }

    private mutating func finish(
        _ attempt: AttemptFinished,
        sequence: UInt64,
        at time: Timestamp
    ) throws {
        let request = try request(attempt.request)
        try count(attempt, of: request, in: CalendarMonth(time.date))
        guard let request else { return }
        request.promptTokens = attempt.usage.prompt
        request.outputTokens = attempt.usage.output
        request.ends.append(
            ProjectedRequest.End(time: time, provider: attempt.provider, model: attempt.model)
        )
        try rows.write(
            [
                request.sequence, sequence, time.microseconds, attempt.provider, attempt.model,
                attempt.failure?.rawValue, attempt.cost?.count, attempt.costOrigin.rawValue,
                attempt.usage.prompt, attempt.usage.cachedInput, attempt.usage.output,
            ],
            to: .attemptEnds,
            part: CheckedTable.attemptEnds.part(request.sequence)
        )
    }

    private mutating func complete(
        _ completed: RequestCompleted,
        sequence: UInt64,
        at time: Timestamp
    ) throws {
        let local = localProviders
        try change(CalendarMonth(time.date)) { $0.count(completed, localProviders: local) }
        guard let request = try request(completed.request) else { return }
        request.completion = ProjectedRequest.Completion(
            sequence: sequence,
            time: time,
            outcome: completed.outcome,
            cost: completed.cost,
            totalMicroseconds: completed.measuredMicroseconds
        )
        request.label(.outcome, completed.outcome.name)
    }

    private mutating func setLocalProviders(of policy: RoutingPolicy) {
        localProviders = Set(policy.providers.filter(\.isLocal).map(\.name))
    }

    /// Keeps a piece of a carried state until the last one comes, in another batch perhaps.
    private mutating func take(_ part: StatePart) throws {
        if part.part == 1 { try database.run("DELETE FROM state_parts") }
        try database.run(
            "INSERT OR REPLACE INTO state_parts VALUES (?, ?)",
            [part.part, Data(part.bytes.bytes)]
        )
        guard part.part == part.parts else { return }
        let pieces = try database.rows("SELECT bytes FROM state_parts ORDER BY part") { row in
            try row.value(0, Data.self)
        }
        if pieces.count == part.parts { adopt(pieces.flatMap { Array($0) }) }
        try database.run("DELETE FROM state_parts")
    }

    /// Goes on from the policy of a carried state, whose own event may be gone.
    private mutating func adopt(_ bytes: [UInt8]) {
        do throws(EventCodingError) {
            let state = try RouterState(decoding: bytes)
            setLocalProviders(of: state.policy.policy)
        } catch {
            // As in the fold of the state: one that can't be read leaves what was there.
        }
    }

    /// The request with this id; `nil` if the log does not hold it.
    mutating func request(_ id: RequestID) throws -> ProjectedRequest? {
        if let known = requests[id] { return known }
        let loaded = try ProjectedRequest.load(id, database)
        requests[id] = .some(loaded)
        return loaded
    }

    /// Changes the sums of a month.
    mutating func change(
        _ month: CalendarMonth,
        _ change: (inout MonthSums) throws -> Void
    ) throws {
        // Taken out meanwhile, so that it is changed in place.
        var sums = try months.removeValue(forKey: month) ?? MonthSums(month, rows)
        try change(&sums)
        months[month] = sums
    }

    /// Writes everything that changed, and how far the log is folded now.
    mutating func save(_ position: Position) throws {
        try write()
        try rows.save()
        try position.save(database)
    }

    /// Writes what is in memory and forgets it.
    private mutating func write() throws {
        for case let request? in requests.values.sorted(by: Self.isEarlier) {
            try request.save(rows)
        }
        for var sums in months.values { try sums.save() }
        if localProviders != savedLocalProviders {
            try rows.delete(from: .localProviders, where: "TRUE")
            for name in localProviders { try rows.write([name], to: .localProviders, part: 0) }
            savedLocalProviders = localProviders
        }
        requests = [:]
        months = [:]
    }

    /// In the order of the log, in which the tables' trees grow at their ends.
    private static func isEarlier(_ left: ProjectedRequest?, _ right: ProjectedRequest?) -> Bool {
        (left?.sequence ?? 0) < (right?.sequence ?? 0)
    }

    /// Forgets what a fold of the events from `first` on would not know.
    ///
    /// Months that those events reach into are closed, so their sums stay; only those whose closing
    /// goes as well are forgotten.
    private mutating func retire(before first: UInt64) throws {
        try write()
        try rows.delete(from: .requests, where: "received < ?", [first])
        try rows.delete(from: .requestLabels, where: "request < ?", [first])
        try rows.delete(from: .attempts, where: "request < ?", [first])
        try rows.delete(from: .attemptEnds, where: "request < ?", [first])
        try rows.delete(from: .feedback, where: "sequence < ?", [first])
        for table in [CheckedTable.monthLines, .monthOutcomes, .months] {
            try rows.delete(
                from: table,
                where: "month IN (SELECT month FROM months WHERE closed < ?)",
                [first]
            )
        }
    }
}
