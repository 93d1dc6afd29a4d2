import Events
import GRDB
import Reporting

/// The sums of a month's cost report, as far as a batch of events needs them.
///
/// They are counted as `CostReport` counts; what it keeps in memory of each request is read from the
/// tables here.
struct MonthSums {
    /// A sum that an attempt or a score counts in.
    struct Key: Hashable {
        /// What a name is the name of; the numbers stand in the file.
        enum Kind: Int {
            case total = 0
            case provider = 1
            case model = 2
            case task = 3
            case tag = 4
        }

        static let total = Key(.total, "")
        let kind: Kind
        let name: String

        init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }
    }

    let month: CalendarMonth
    private let database: Database
    private var lines: [Key: CostReport.Line] = [:]
    private(set) var outcomes: [RequestOutcome: Int] = [:]
    private(set) var localRequests = 0
    private(set) var hostedRequests = 0
    private var closed: UInt64?

    /// The sums as they were saved.
    init(_ month: CalendarMonth, _ database: Database) throws {
        self.month = month
        self.database = database
        let found = try database.rows(
            "SELECT local_requests, hosted_requests, closed FROM months WHERE month = ?",
            [month.column]
        ) { row in
            (
                local: try row.value(0, Int.self), hosted: try row.value(1, Int.self),
                closed: try row.optionalSequence(2)
            )
        }
        guard let found = found.first else { return }
        localRequests = found.local
        hostedRequests = found.hosted
        closed = found.closed
        let counts = try database.rows(
            "SELECT outcome, count FROM month_outcomes WHERE month = ?",
            [month.column]
        ) { row in (try row.outcome(0), try row.value(1, Int.self)) }
        for case (let outcome?, let count) in counts { outcomes[outcome] = count }
    }

    /// Changes a sum, which begins at nothing.
    mutating func change(_ key: Key, _ change: (inout CostReport.Line) -> Void) throws {
        if lines[key] == nil { lines[key] = try CostReport.Line(month, key, database) }
        change(&lines[key, default: CostReport.Line()])
    }

    /// Counts a request that ended.
    mutating func count(_ completed: RequestCompleted, localProviders: Set<String>) {
        outcomes[completed.outcome, default: 0] += 1
        guard completed.outcome == .answered, let provider = completed.provider else { return }
        // Events of earlier builds leave it to the policy in force.
        if completed.isLocal ?? localProviders.contains(provider) {
            localRequests += 1
        } else {
            hostedRequests += 1
        }
    }

    /// Takes the sums of a closed month in the place of what was counted: they are the same, unless
    /// the month's events were given up.
    mutating func close(_ report: CostReport, sequence: UInt64) throws {
        try database.run("DELETE FROM month_lines WHERE month = ?", [month.column])
        try database.run("DELETE FROM month_outcomes WHERE month = ?", [month.column])
        lines = [.total: report.total]
        let tables: [(Key.Kind, [String: CostReport.Line])] = [
            (.provider, report.byProvider), (.model, report.byModel), (.task, report.byTask),
            (.tag, report.byTag),
        ]
        for (kind, table) in tables {
            for (name, line) in table { lines[Key(kind, name)] = line }
        }
        outcomes = report.outcomes
        localRequests = report.localRequests
        hostedRequests = report.hostedRequests
        closed = sequence
    }

    func save() throws {
        try database.run(
            "INSERT OR REPLACE INTO months VALUES (?, ?, ?, ?)",
            [month.column, closed, localRequests, hostedRequests]
        )
        for (outcome, count) in outcomes {
            try database.run(
                "INSERT OR REPLACE INTO month_outcomes VALUES (?, ?, ?)",
                [month.column, outcome.rawValue, count]
            )
        }
        for (key, line) in lines { try line.save(month, key, database) }
    }
}

extension CalendarMonth {
    /// The number that stands for the month in the file.
    var column: Int { year * 12 + month - 1 }
}

extension CostReport.Line {
    static let columns = """
        requests, attempts, cost, estimated, unknown_costs, input_tokens, cached_tokens, \
        output_tokens, scores, score_count
        """

    /// The sum as it was saved; nothing when there is none.
    fileprivate init(
        _ month: CalendarMonth,
        _ key: MonthSums.Key,
        _ database: Database
    ) throws {
        let found = try database.rows(
            "SELECT \(Self.columns) FROM month_lines WHERE month = ? AND kind = ? AND name = ?",
            [month.column, key.kind.rawValue, key.name]
        ) { try CostReport.Line($0, from: 0) }
        self = found.first ?? CostReport.Line()
    }

    /// The sum in a row whose columns from `first` on are those above.
    init(_ row: ResultRow, from first: Int) throws {
        self.init()
        requests = try row.value(first)
        attempts = try row.value(first + 1)
        cost = Nanodollars(try row.value(first + 2, Int64.self))
        estimated = Nanodollars(try row.value(first + 3, Int64.self))
        unknownCosts = try row.value(first + 4)
        inputTokens = try row.value(first + 5)
        cachedTokens = try row.value(first + 6)
        outputTokens = try row.value(first + 7)
        scores = try row.value(first + 8)
        scoreCount = try row.value(first + 9)
    }

    fileprivate func save(
        _ month: CalendarMonth,
        _ key: MonthSums.Key,
        _ database: Database
    ) throws {
        try database.run(
            "INSERT OR REPLACE INTO month_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                month.column, key.kind.rawValue, key.name, requests, attempts, cost.count,
                estimated.count, unknownCosts, inputTokens, cachedTokens, outputTokens, scores,
                scoreCount,
            ]
        )
    }
}
