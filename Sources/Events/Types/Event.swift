/// Something that happened, at an instant.
public struct Event: Hashable, Sendable {
    /// When it happened; never before the event that precedes it in the log.
    public var time: Timestamp
    /// What happened.
    public var body: EventBody

    /// An event.
    public init(_ body: EventBody, at time: Timestamp) {
        self.time = time
        self.body = body
    }
}

/// What happened: one case for each type of event and each version of its meaning.
///
/// Boxed, since every event would be as large as the largest case, hundreds of bytes with a reference
/// count for each text and list, and a request's events are handed on several times.
public indirect enum EventBody: Hashable, Sendable {
    /// A request reached the gateway.
    case requestReceived(RequestReceived)
    /// The router chose.
    case routeDecided(RouteDecided)
    /// A candidate was asked.
    case attemptStarted(AttemptStarted)
    /// An attempt ended.
    case attemptFinished(AttemptFinished)
    /// A request ended.
    case requestCompleted(RequestCompleted)
    /// A provider was probed.
    case healthProbed(HealthProbed)
    /// A provider told its models.
    case modelsListed(ModelsListed)
    /// An answer was judged.
    case feedbackReceived(FeedbackReceived)
    /// A configuration came into force.
    case configurationApplied(ConfigurationApplied)
    /// A routing policy came into force.
    case policyApplied(PolicyApplied)
    /// Prices came into force.
    case pricesApplied(PricesApplied)
    /// A gateway process opened the log.
    case nodeStarted(NodeStarted)
    /// A gateway process closed the log.
    case nodeStopped(NodeStopped)
    /// The log was recovered after a crash.
    case logRecovered(LogRecovered)
    /// The state that was folded up to here was written down whole.
    case stateCarried(StateCarried)
    /// The oldest segments of the log were pruned.
    case segmentRetired(SegmentRetired)
    /// A month ended, and this is what it came to.
    case monthClosed(MonthClosed)
    /// A provider said more of a quota than was known.
    case quotaTick(QuotaTick)
    /// A quota is nearly used up.
    case quotaWarned(QuotaWarned)
    /// A budget's used share reached the threshold.
    case budgetAlerted(BudgetAlerted)
    /// An attempt under way holds more than before.
    case reservationExtended(ReservationExtended)
    /// The machine's clock was doubted, or is believed again.
    case clockJudged(ClockJudged)
    /// Sums of a month that is closed behind it.
    case monthPart(MonthPart)
    /// A piece of the state that was folded up to here.
    case statePart(StatePart)
    /// An event of a later build: its code and its fields as they stand.
    case unknown(code: UInt64, fields: [UInt8])
}

extension EventBody {
    /// The request that the event is about, if it is about one.
    public var request: RequestID? {
        switch self {
        case .requestReceived(let event): event.request
        case .routeDecided(let event): event.request
        case .attemptStarted(let event): event.request
        case .attemptFinished(let event): event.request
        case .requestCompleted(let event): event.request
        case .reservationExtended(let event): event.request
        case .feedbackReceived(let event): event.request
        default: nil
        }
    }

    /// The type's name, as in output and filters.
    public var name: String {
        switch self {
        case .requestReceived: "RequestReceived"
        case .routeDecided: "RouteDecided"
        case .attemptStarted: "AttemptStarted"
        case .attemptFinished: "AttemptFinished"
        case .requestCompleted: "RequestCompleted"
        case .healthProbed: "HealthProbed"
        case .modelsListed: "ModelsListed"
        case .feedbackReceived: "FeedbackReceived"
        case .configurationApplied: "ConfigurationApplied"
        case .policyApplied: "PolicyApplied"
        case .pricesApplied: "PricesApplied"
        case .nodeStarted: "NodeStarted"
        case .nodeStopped: "NodeStopped"
        case .logRecovered: "LogRecovered"
        case .stateCarried: "StateCarried"
        case .segmentRetired: "SegmentRetired"
        case .monthClosed: "MonthClosed"
        case .quotaTick: "QuotaTick"
        case .quotaWarned: "QuotaWarned"
        case .budgetAlerted: "BudgetAlerted"
        case .reservationExtended: "ReservationExtended"
        case .clockJudged: "ClockJudged"
        case .monthPart: "MonthPart"
        case .statePart: "StatePart"
        case .unknown(let code, _): "Unknown\(code)"
        }
    }
}
