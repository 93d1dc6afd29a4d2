import EventLog
public import Events
import WriteAheadLog

/// The events at the end of a log, and those to come.
public struct LogTail {
    /// An event and its sequence number.
    public typealias Line = (event: Event, sequence: UInt64)

    /// The last events that match.
    public struct End {
        /// The events, oldest first.
        public let lines: [Line]
        /// What kept the log from being read to its end; `nil` where nothing did.
        ///
        /// It is `LogError` or `UndecodableEvent`, and these are the last events before it.
        public let damage: (any Error)?
    }

    /// Which events are asked for.
    private struct Filter {
        let type: EventTypeName?
        let request: RequestID?

        func matches(_ event: Event) -> Bool {
            if let type, event.body.name != type.name { return false }
            return request == nil || event.body.request == request
        }
    }

    private var log: LogFold
    private let filter: Filter
    private var next: UInt64 = 1

    /// The end of the log in a data directory.
    ///
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - type: only events of this type; `nil` for all.
    ///   - request: only events of this request; `nil` for all.
    /// - Throws: `LogError` if there is no log that can be read.
    public init(
        _ directory: String,
        type: EventTypeName? = nil,
        request: RequestID? = nil
    ) throws {
        log = try LogFold(directory)
        filter = Filter(type: type, request: request)
    }

    /// The last events that match, at most `count` of them; `more` goes on behind them.
    ///
    /// - Throws: `LogError` where not even a beginning can be found.
    public mutating func last(_ count: Int) throws -> End {
        var last = LastItems<Line>(count)
        next = try start(count)
        do {
            try more { event, sequence in last.append((event, sequence)) }
            return End(lines: Array(last.items), damage: nil)
        } catch {
            return End(lines: Array(last.items), damage: error)
        }
    }

    /// Visits the events that match and became durable since the call before.
    ///
    /// - Throws: `LogError` or `UndecodableEvent`, after what lies before the damage was visited.
    public mutating func more(_ body: (Event, UInt64) -> Void) throws {
        let filter = filter
        next = try log.reader.forEach(from: next) { event, sequence in
            if filter.matches(event) { body(event, sequence) }
            return true
        }
    }

    /// Where the last events that match are to be looked for.
    private mutating func start(_ count: Int) throws -> UInt64 {
        let first = try log.reader.firstSequence()
        if let request = filter.request {
            return try log.unlessRetired { try $0.firstSequence(of: request) } ?? first
        }
        if filter.type != nil { return first }
        let last: UInt64
        do throws(LogError) {
            last = try log.reader.lastSequence()
        } catch {
            // Damage hides the end of the log.
            guard case .corrupt = error else { throw error }
            return first
        }
        return last > UInt64(count) ? max(first, last - UInt64(count) + 1) : first
    }
}

/// The name of a type of event.
public struct EventTypeName: Hashable, Sendable {
    private static let types: [EventBody] = [
        .requestReceived(.init()), .routeDecided(.init()), .attemptStarted(.init()),
        .attemptFinished(.init()), .requestCompleted(.init()), .healthProbed(.init()),
        .modelsListed(.init()), .feedbackReceived(.init()), .configurationApplied(.init()),
        .policyApplied(.init()), .pricesApplied(.init()), .nodeStarted(.init()),
        .nodeStopped(.init()), .logRecovered(.init()), .stateCarried(.init()),
        .segmentRetired(.init()), .monthClosed(.init()),
        .quotaTick(.init()), .quotaWarned(.init()), .budgetAlerted(.init()),
        .reservationExtended(.init()), .clockJudged(.init()), .monthPart(.init()),
        .statePart(.init()),
    ]
    /// The names of the types that this build writes.
    public static let known = types.map(\.name)

    /// The name, such as `RouteDecided`.
    public let name: String

    /// A type of this build by its name, or one of a later build by its code, as its events are shown
    /// (`Unknown99`); `nil` for any other text.
    public init?(_ name: String) {
        guard Self.known.contains(name) || Self.isOfLaterBuild(name) else { return nil }
        self.name = name
    }

    private static func isOfLaterBuild(_ name: String) -> Bool {
        let code = name.trimmingPrefix("Unknown")
        return code.count < name.count && UInt64(code) != nil
    }
}

/// The last of the items that were added, no more than asked for.
struct LastItems<Item> {
    /// As many more are let in before the first ones go, so that each one's way out is cheap.
    private static var slack: Int { 1_024 }
    private let limit: Int
    private var kept: [Item] = []

    /// Keeps the last `limit` items.
    init(_ limit: Int) {
        self.limit = limit
    }

    /// The items in the order of their arrival.
    var items: ArraySlice<Item> { kept.suffix(limit) }

    /// Adds an item.
    mutating func append(_ item: Item) {
        kept.append(item)
        // Written so that no limit overflows.
        if kept.count - limit >= max(limit, Self.slack) { kept.removeFirst(kept.count - limit) }
    }
}
