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
        closed.outcomes = ended.outcomes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            var line = OutcomeCount()
            line.outcome = $0.key
            line.count = $0.value
            return line
        }
        closed.localRequests = ended.local
        closed.hostedRequests = ended.hosted
        return closed
    }

    /// The report of a month whose events may be gone; no event is to be fed to it any more.
    public init(_ closed: MonthClosed) {
        self.init(
            year: closed.year,
            month: closed.month,
            total: closed.total.sums,
            byProvider: Self.table(closed.byProvider),
            byModel: Self.table(closed.byModel),
            byTask: Self.table(closed.byTask),
            byTag: Self.table(closed.byTag),
            ended: EndedRequests(closed)
        )
    }

    private static func lines(_ table: [String: AttemptSums]) -> [MonthLine] {
        table.sorted { $0.key < $1.key }.map { MonthLine($0.key, $0.value) }
    }

    private static func table(_ lines: [MonthLine]) -> [String: AttemptSums] {
        Dictionary(lines.map { ($0.name, $0.sums) }) { _, last in last }
    }
}
