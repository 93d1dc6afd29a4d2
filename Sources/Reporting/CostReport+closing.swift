public import Events

extension CostReport {
    /// The report as an event, once the month is over, so that it outlives the month's events.
    ///
    /// - Parameter position: the sequence number of the last event that was fed to it.
    /// - Returns: the event, from which the same report can be made.
    public func closing(at position: UInt64) -> MonthClosed {
        var closed = MonthClosed()
        closed.year = year
        closed.month = month
        closed.position = position
        closed.total = MonthLine("", total)
        closed.byProvider = Self.lines(byProvider)
        closed.byModel = Self.lines(byModel)
        closed.byTask = Self.lines(byTask)
        closed.byTag = Self.lines(byTag)
        closed.outcomes = outcomes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            var line = OutcomeCount()
            line.outcome = $0.key
            line.count = $0.value
            return line
        }
        closed.localRequests = localRequests
        closed.hostedRequests = hostedRequests
        return closed
    }

    /// The report of a month whose events may be gone; no event is to be fed to it any more.
    public init(_ closed: MonthClosed) {
        self.init(
            year: closed.year,
            month: closed.month,
            total: Line(closed.total),
            byProvider: Self.table(closed.byProvider),
            byModel: Self.table(closed.byModel),
            byTask: Self.table(closed.byTask),
            byTag: Self.table(closed.byTag),
            outcomes: Dictionary(closed.outcomes.map { ($0.outcome, $0.count) }) { _, last in last
            },
            localRequests: closed.localRequests,
            hostedRequests: closed.hostedRequests
        )
    }

    private static func lines(_ table: [String: Line]) -> [MonthLine] {
        table.sorted { $0.key < $1.key }.map { MonthLine($0.key, $0.value) }
    }

    private static func table(_ lines: [MonthLine]) -> [String: Line] {
        Dictionary(lines.map { ($0.name, Line($0)) }) { _, last in last }
    }
}

extension MonthLine {
    fileprivate init(_ name: String, _ line: CostReport.Line) {
        self.init()
        self.name = name
        requests = line.requests
        attempts = line.attempts
        cost = line.cost
        estimated = line.estimated
        unknownCosts = line.unknownCosts
        inputTokens = line.inputTokens
        cachedTokens = line.cachedTokens
        outputTokens = line.outputTokens
        scores = line.scores
        scoreCount = line.scoreCount
        pastReservation = line.pastReservation
    }
}

extension CostReport.Line {
    /// A sum of a closed month.
    public init(_ line: MonthLine) {
        requests = line.requests
        attempts = line.attempts
        cost = line.cost
        estimated = line.estimated
        unknownCosts = line.unknownCosts
        inputTokens = line.inputTokens
        cachedTokens = line.cachedTokens
        outputTokens = line.outputTokens
        scores = line.scores
        scoreCount = line.scoreCount
        pastReservation = line.pastReservation
    }
}
