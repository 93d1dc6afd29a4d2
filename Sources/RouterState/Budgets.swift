public import Events

/// What the budgets hold beside the known costs, which are in `Spend`: reservations of attempts under
/// way, what is assumed for attempts of unknown cost, and the sums of budgets with a scope.
///
/// A reservation counts in whatever period it is looked at: its cost falls in the period in which the
/// attempt ends. So spent and reserved together never pass a budget, across midnight too.
public struct Budgets: Hashable, Sendable {
    /// A budget with a scope in its month.
    struct Scope: Hashable, Sendable {
        var month = CalendarMonth()
        var spent = Nanodollars.zero
        var reserved = Nanodollars.zero
    }

    /// What is assumed in a period of attempts whose cost is unknown.
    struct Assumed: Hashable, Sendable {
        /// The first day of the period.
        var day = 0
        var sum = Nanodollars.zero
    }

    /// What running attempts may cost at most.
    public private(set) var reserved = Nanodollars.zero
    private var assumedToday = Assumed()
    private var assumedInMonth = Assumed()
    private var scopes: [String: Scope] = [:]
    /// The start of the period that each budget's alert was of.
    private var alerts: [String: Timestamp] = [:]

    /// Nothing held.
    public init() {}

    /// What is assumed for attempts of unknown cost in the day of an instant, or its month.
    func assumed(_ period: BudgetPeriod, at now: Timestamp) -> Nanodollars {
        let assumed = period == .day ? assumedToday : assumedInMonth
        return assumed.day == period.firstDay(of: now) ? assumed.sum : .zero
    }

    /// What a scope spent in the month of an instant.
    func spent(by scope: String, at now: Timestamp) -> Nanodollars {
        guard let line = scopes[scope], line.month == CalendarMonth(now.date) else { return .zero }
        return line.spent
    }

    /// What running attempts of a scope may cost at most.
    func reserved(by scope: String) -> Nanodollars { scopes[scope]?.reserved ?? .zero }

    /// Whether the period that begins at `start` had its alert.
    func wasAlerted(_ budget: String, since start: Timestamp) -> Bool {
        alerts[budget].map { $0 >= start } ?? false
    }

    mutating func reserve(_ attempt: RunningAttempt) {
        guard let cost = attempt.reservedCost else { return }
        reserved.addClamped(cost)
        for charge in attempt.charges { scopes[charge, default: Scope()].reserved.addClamped(cost) }
    }

    mutating func release(_ attempt: RunningAttempt) {
        guard let cost = attempt.reservedCost else { return }
        reserved.subtractClamped(cost)
        for charge in attempt.charges {
            scopes[charge, default: Scope()].reserved.subtractClamped(cost)
        }
    }

    /// Counts an attempt that ended: its known cost in its scopes (in all, `Spend` has it), and where
    /// that is unknown, the bound that it had reserved.
    mutating func settle(
        _ running: RunningAttempt,
        _ attempt: AttemptFinished,
        at now: Timestamp
    ) {
        guard let cost = attempt.cost ?? running.reservedCost else { return }
        if attempt.cost == nil {
            assumedToday.add(cost, .day, at: now)
            assumedInMonth.add(cost, .month, at: now)
        }
        guard !running.charges.isEmpty else { return }
        let month = CalendarMonth(now.date)
        for charge in running.charges {
            scopes[charge, default: Scope()].spend(cost, in: month)
        }
    }

    mutating func apply(_ alert: BudgetAlerted) { alerts[alert.budget] = alert.periodStart }
}

/// How long a budget lasts.
enum BudgetPeriod {
    case day
    case month

    /// The first day of the period of an instant (`CivilDate.daysSinceEpoch`); of any instant, while
    /// some days of the log's range have no first instant in it.
    func firstDay(of now: Timestamp) -> Int {
        switch self {
        case .day: now.daysSinceEpoch
        case .month: CalendarMonth(now.date).firstDay
        }
    }

    /// When the period of an instant began.
    func start(of now: Timestamp) -> Timestamp {
        switch self {
        case .day: now.date.start
        case .month: CalendarMonth(now.date).start
        }
    }

    /// When it ends, exclusive.
    func end(of now: Timestamp) -> Timestamp {
        switch self {
        case .day: CivilDate(daysSinceEpoch: now.daysSinceEpoch + 1).start
        case .month: CalendarMonth(now.date).next.start
        }
    }
}

extension CalendarMonth {
    /// Its first day (`CivilDate.daysSinceEpoch`).
    var firstDay: Int { CivilDate(year: year, month: month, day: 1).daysSinceEpoch }
}

extension Budgets.Assumed {
    fileprivate mutating func add(_ cost: Nanodollars, _ period: BudgetPeriod, at now: Timestamp) {
        guard cost != .zero else { return }
        let day = period.firstDay(of: now)
        if day != self.day { self = Self(day: day) }
        sum.addClamped(cost)
    }
}

extension Budgets.Scope {
    fileprivate mutating func spend(_ cost: Nanodollars, in month: CalendarMonth) {
        if month != self.month {
            self.month = month
            spent = .zero
        }
        spent.addClamped(cost)
    }
}

extension Budgets: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "reserved_nanodollars", &reserved)
        visitor.field(2, "assumed_today", &assumedToday)
        visitor.field(3, "assumed_in_month", &assumedInMonth)
        visitor.table(4, "scopes", &scopes)
        var lines = alerts.sorted { $0.key < $1.key }.map { Alert(budget: $0.key, start: $0.value) }
        visitor.field(5, "alerts", &lines)
        alerts = Dictionary(lines.map { ($0.budget, $0.start) }) { _, last in last }
    }
}

/// A line of the alerts' table.
private struct Alert: FieldRecord {
    var budget = ""
    var start = Timestamp.empty

    init() {}

    init(budget: String, start: Timestamp) {
        self.budget = budget
        self.start = start
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "budget", &budget)
        visitor.field(2, "start", &start)
    }
}

extension Budgets.Scope: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "month", &month)
        visitor.field(2, "spent_nanodollars", &spent)
        visitor.field(3, "reserved_nanodollars", &reserved)
    }
}

extension Budgets.Assumed: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "day", &day)
        visitor.field(2, "sum_nanodollars", &sum)
    }
}
