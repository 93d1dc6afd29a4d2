import Events
import Reporting

/// Makes the closings of months that are over from the events of the log, read once, in order.
struct MonthClosing {
    /// The months that are not closed yet, with their reports so far.
    private var open: [(month: CalendarMonth, report: CostReport)]
    /// The sequence number of the last event that was taken in.
    private var position: UInt64 = 0
    /// The months that are, in order.
    private(set) var closings: [MonthClosed] = []

    /// Closes every month from `first` on that comes before `end`.
    init(from first: CalendarMonth, before end: CalendarMonth) {
        open = sequence(first: first) { $0.next < end ? $0.next : nil }
            .map { ($0, CostReport(year: $0.year, month: $0.month)) }
    }

    /// Takes in the next event; false once every month is closed.
    mutating func take(_ event: Event, sequence: UInt64) -> Bool {
        while let first = open.first, event.time >= first.month.next.start { closeFirst() }
        let counts = CalendarMonth(event.time.date).next
        for index in open.indices {
            // A month's first requests began in the one before; a policy holds from then on.
            guard open[index].month <= counts || event.body.isPolicy else { break }
            open[index].report.apply(event)
        }
        position = sequence
        return !open.isEmpty
    }

    /// Closes what is left: no more events are to come.
    mutating func finish() {
        while !open.isEmpty { closeFirst() }
    }

    private mutating func closeFirst() {
        closings.append(open.removeFirst().report.closing(at: position))
    }
}

extension EventBody {
    fileprivate var isPolicy: Bool {
        if case .policyApplied = self { true } else { false }
    }
}
