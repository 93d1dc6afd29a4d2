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
            self.name = ReportName.bounded(name)
        }
    }

    let month: CalendarMonth
    private let rows: RowSums
    private var lines: [Key: AttemptSums] = [:]
    /// The hashes of the rows that are known to be in the file.
    private var savedMonth: UInt64?
    private var savedOutcomes: [RequestOutcome: UInt64] = [:]
    private var savedLines: [Key: UInt64] = [:]
    private(set) var ended = EndedRequests()
    private var closed: UInt64?

    /// The sums as they were saved.
    init(_ month: CalendarMonth, _ rows: RowSums) throws {
        self.month = month
        self.rows = rows
        let found = try rows.database.rows(
            "SELECT month, closed, local_requests, hosted_requests FROM months WHERE month = ?",
            [month.column]
        ) { row in
            (
                closed: try row.optionalSequence(1), local: try row.value(2, Int.self),
                hosted: try row.value(3, Int.self), hash: row.hash(of: .months)
            )
        }
        guard let found = found.first else { return }
        ended.local = found.local
        ended.hosted = found.hosted
        closed = found.closed
        savedMonth = found.hash
        let counts = try rows.database.rows(
            "SELECT month, outcome, count FROM month_outcomes WHERE month = ?",
            [month.column]
        ) { row in
            (
                outcome: try row.outcome(1), count: try row.value(2, Int.self),
                hash: row.hash(of: .monthOutcomes)
            )
        }
        for row in counts {
            guard let outcome = row.outcome else { continue }
            ended.outcomes[outcome] = row.count
            savedOutcomes[outcome] = row.hash
        }
    }

    /// Changes a sum, which begins at nothing.
    mutating func change(_ key: Key, _ change: (inout AttemptSums) -> Void) throws {
        if lines[key] == nil { lines[key] = try saved(key)?.line }
        change(&lines[key, default: AttemptSums()])
    }

    /// A sum as it is in the file; `nil` where there is none.
    private mutating func saved(_ key: Key) throws -> (line: AttemptSums, hash: UInt64)? {
        let found = try rows.database.rows(
            "SELECT * FROM month_lines WHERE month = ? AND kind = ? AND name = ?",
            [month.column, key.kind.rawValue, key.name]
        ) { row in
            // The columns before the sums are the key's.
            (line: try AttemptSums(row, from: 3), hash: row.hash(of: .monthLines))
        }
        savedLines[key] = found.first?.hash
        return found.first
    }

    /// Counts a request that ended.
    mutating func count(_ completed: RequestCompleted, localProviders: Set<String>) {
        ended.count(completed, localProviders: localProviders)
    }

    /// Takes the sums of a closed month in the place of what was counted: they are the same, unless
    /// the month's events were pruned.
    ///
    /// Those that came in parts have taken their places already.
    mutating func close(_ closing: MonthClosed, sequence: UInt64) throws {
        if closing.parts == 0 {
            try rows.delete(from: .monthLines, where: "month = ?", [month.column])
            (lines, savedLines) = ([:], [:])
        }
        try rows.delete(from: .monthOutcomes, where: "month = ?", [month.column])
        savedOutcomes = [:]
        lines[.total] = closing.total.sums
        take(closing.byProvider, closing.byModel, closing.byTask, closing.byTag)
        ended = EndedRequests(closing)
        closed = sequence
    }

    /// Takes a part of the sums of a month that is closed behind it.
    ///
    /// Each takes the place of what was counted under its name. Nothing else can be there: a closing
    /// has every name that any event of its month has, and no such event comes behind it.
    mutating func take(_ part: MonthPart) {
        take(part.byProvider, part.byModel, part.byTask, part.byTag)
    }

    private mutating func take(
        _ byProvider: [MonthLine],
        _ byModel: [MonthLine],
        _ byTask: [MonthLine],
        _ byTag: [MonthLine]
    ) {
        let tables = [
            (Key.Kind.provider, byProvider), (.model, byModel), (.task, byTask), (.tag, byTag),
        ]
        for (kind, table) in tables {
            for line in table { lines[Key(kind, line.name)] = line.sums }
        }
    }

    mutating func save() throws {
        let part = Int64(month.column)
        savedMonth = try rows.write(
            [month.column, closed, ended.local, ended.hosted],
            to: .months,
            part: part,
            insteadOf: savedMonth
        )
        for (outcome, count) in ended.outcomes {
            savedOutcomes[outcome] = try rows.write(
                [month.column, outcome.rawValue, count],
                to: .monthOutcomes,
                part: part,
                insteadOf: savedOutcomes[outcome]
            )
        }
        for (key, line) in lines {
            // What a closing put there was not looked up before.
            if savedLines[key] == nil { _ = try saved(key) }
            savedLines[key] = try rows.write(
                line.row(month, key),
                to: .monthLines,
                part: part,
                insteadOf: savedLines[key]
            )
        }
    }
}

extension CalendarMonth {
    /// The number that stands for the month in the file.
    var column: Int { year * 12 + month - 1 }

    /// The month that a number stands for.
    init(column: Int) { self = CalendarMonth().earlier(by: -column - 1) }
}

extension AttemptSums {
    static let columns = """
        requests, attempts, cost, estimated, unknown_costs, input_tokens, cached_tokens, \
        output_tokens, scores, score_count, past_reservation
        """

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
        pastReservation = try row.value(first + 10)
    }

    fileprivate func row(_ month: CalendarMonth, _ key: MonthSums.Key) -> [(any ColumnValue)?] {
        [
            month.column, key.kind.rawValue, key.name, requests, attempts, cost.count,
            estimated.count, unknownCosts, inputTokens, cachedTokens, outputTokens, scores,
            scoreCount, pastReservation,
        ]
    }
}
