public import Events

/// Everything that the log says of one request, folded from its events.
public struct RequestRecord: Sendable {
    /// An event's content with its place in the log.
    public struct Placed<Content: Sendable>: Sendable {
        /// The event's sequence number.
        public let sequence: UInt64
        /// When it happened.
        public let time: Timestamp
        /// What it says.
        public let content: Content
    }

    /// The request's id.
    public let id: RequestID
    /// What reached the gateway.
    public private(set) var received: Placed<RequestReceived>?
    /// What the router chose; absent for a request that could not be read.
    public private(set) var decided: Placed<RouteDecided>?
    /// The attempts that were started, in order.
    public private(set) var started: [Placed<AttemptStarted>] = []
    /// The attempts that ended, in order.
    public private(set) var finished: [Placed<AttemptFinished>] = []
    /// What attempts under way came to hold, in order.
    public private(set) var extended: [Placed<ReservationExtended>] = []
    /// How it ended; absent while it runs.
    public private(set) var completed: Placed<RequestCompleted>?
    /// What was thought of the answer.
    public private(set) var feedback: [Placed<FeedbackReceived>] = []

    /// A record of which nothing is known yet.
    public init(id: RequestID) {
        self.id = id
    }

    /// Takes in an event; one about another request changes nothing.
    public mutating func apply(_ event: Event, sequence: UInt64) {
        guard event.body.request == id else { return }
        func placed<Content>(_ content: Content) -> Placed<Content> {
            Placed(sequence: sequence, time: event.time, content: content)
        }
        switch event.body {
        case .requestReceived(let content): received = placed(content)
        case .routeDecided(let content): decided = placed(content)
        case .attemptStarted(let content): started.append(placed(content))
        case .attemptFinished(let content): finished.append(placed(content))
        case .reservationExtended(let content): extended.append(placed(content))
        case .requestCompleted(let content): completed = placed(content)
        case .feedbackReceived(let content): feedback.append(placed(content))
        default: break
        }
    }

    /// Whether the log says nothing of the request.
    public var isEmpty: Bool { received == nil }

    /// The kind of work, as the client gave it or else as its decision inferred it; `nil` when unknown.
    public var task: String? {
        received?.content.task ?? decided?.content.classification.task?.name
    }

    /// Whether a score, by its place in `feedback`, counts no more in the report of its month (UTC)
    /// since a later one of the same judge takes its place, as `CostReport` counts.
    public func isReplaced(feedback index: Int) -> Bool {
        func judgement(_ given: Placed<FeedbackReceived>) -> (String, CalendarMonth) {
            (given.content.source, CalendarMonth(given.time.date))
        }
        let one = judgement(feedback[index])
        return feedback[(index + 1)...].contains { judgement($0) == one }
    }
}
