public import Events

/// Everything that routing knows, folded from the events of the log and from nothing else.
///
/// Folding the same events in the same order gives an equal state, on any machine, at any time.
public struct RouterState: Hashable, Sendable {
    /// The sequence number of the last event applied; 0 before the first.
    public private(set) var position: UInt64 = 0
    /// The time of the last event applied.
    public private(set) var time = Timestamp(microseconds: 0)
    /// The policy in force.
    public private(set) var policy = PolicyInForce()
    /// The prices in force.
    public private(set) var prices = PriceTable()
    /// Which models the providers say they have.
    public private(set) var models = ModelLists()
    /// How the providers have been doing.
    public private(set) var health = Health()
    /// Which providers are on cooldown after failing in a row.
    public private(set) var breakers = Breakers()
    /// Which keys and models may not be used for now, at the provider's word.
    public private(set) var holds = Holds()
    /// What was spent, by day.
    public private(set) var spend = Spend()
    /// The requests that have not ended.
    public private(set) var inFlight = InFlight()
    /// How much of the providers' quotas is used and held.
    public private(set) var quotas = Quotas()
    /// What the budgets hold beside what was spent.
    public private(set) var budgets = Budgets()
    /// How each model has been doing.
    public private(set) var statistics = ModelStatistics()
    /// How each lane has been doing, at providers with several.
    public private(set) var lanes = Lanes()
    /// Who answered each conversation last.
    public private(set) var conversations = Conversations()
    /// Who holds what later requests go on from.
    public private(set) var holders = ResponseHolders()
    /// Who has judged which answers.
    public private(set) var judgements = Judgements()
    /// How many requests had two attempts at once.
    public private(set) var hedges = Hedges()

    /// Which fields of requests were left out for which family.
    public private(set) var droppedFields = DroppedFields()

    /// The last month that is closed, with every month before it.
    public private(set) var closedThrough: CalendarMonth?

    /// The machine's clock as it was when it was last doubted; `nil` while it is believed.
    public private(set) var doubtedClock: ClockJudged?

    /// The pieces of a carried state, while they come.
    private var carriedParts = StateAssembly()

    /// The state before the first event.
    public init() {}

    /// The fields of events that a fold looks at; the others may be left unread.
    public static let fields = EventFields.all
        .through(10, of: .requestReceived(RequestReceived()))
        .without(2, 3, 4, 5, 6, 7, 8, 9, of: .requestReceived(RequestReceived()))
        .through(0, of: .routeDecided(RouteDecided()))
        .through(30, of: .attemptFinished(AttemptFinished()))
        .without(16, 17, of: .attemptFinished(AttemptFinished()))
        .through(1, of: .requestCompleted(RequestCompleted()))
        .through(12, of: .feedbackReceived(FeedbackReceived()))
        .through(2, of: .monthClosed(MonthClosed()))
        .through(0, of: .monthPart(MonthPart()))

    /// Takes in the event with this sequence number; can't fail, whatever the event holds.
    ///
    /// This is the one place that says which folds an event changes. An event is looked at once:
    /// copying it out of its case for each fold cost more than the folds did.
    public mutating func apply(_ event: Event, sequence: UInt64) {
        apply(event.body, at: event.time, sequence: sequence)
    }

    /// Takes in an event of an instant, as above.
    public mutating func apply(_ body: EventBody, at time: Timestamp, sequence: UInt64) {
        if time >= inFlight.nextExpiry { expire(at: time) }
        switch body {
        case .requestReceived(let received):
            release(inFlight.begin(received.request, at: time))
            if !received.droppedHints.isEmpty { droppedFields.record(received.droppedHints) }
        case .attemptStarted(let attempt):
            breakers.start(attempt)
            if policy.policy.hedge != nil { hedges.start(attempt) }
            reserve(attempt, at: time)
        case .attemptFinished(let attempt):
            let started = inFlight.finish(attempt)
            settle(started, attempt, at: time)
            breakers.finish(
                attempt,
                started: started?.statePosition,
                at: (sequence, time),
                policy: policy.policy.breaker
            )
            health.record(attempt, at: time)
            holds.finish(attempt, of: started, at: time)
            lanes.finish(attempt, of: started, at: time)
            conversations.finish(attempt, of: started, at: time)
            if !attempt.held.isEmpty { holders.finish(attempt, key: started?.key ?? attempt.key) }
            spend.add(attempt, at: time)
            statistics.record(attempt, of: started, at: time)
        case .reservationExtended(let change): extend(change, at: time)
        case .requestCompleted(let completed): release(inFlight.end(completed.request))
        case .quotaTick(let tick):
            quotas.apply(tick, at: time, policy.provider(tick.provider))
        case .quotaWarned(let warned): quotas.apply(warned, at: time)
        case .budgetAlerted(let alert): budgets.apply(alert)
        case .healthProbed(let probe): health.record(probe, at: time)
        case .modelsListed(let list): models.replace(list)
        case .configurationApplied(let applied): policy = policy.applying(applied)
        case .policyApplied(let applied):
            policy = policy.applying(applied, sequence: sequence)
            // Providers may have changed entirely under the same names.
            breakers = Breakers()
            lanes = Lanes()
            holds.begin(at: time)
        case .pricesApplied(let applied): prices.apply(applied, sequence: sequence)
        case .nodeStarted:
            holds.begin(at: time)
            // Pieces come in one section: what a process that was killed began has no end.
            carriedParts = StateAssembly()
        case .stateCarried(let carried): adopt(carried.state.bytes)
        case .statePart(let part):
            if let bytes = carriedParts.take(part) { adopt(bytes) }
        case .monthClosed(let closed):
            // What retention carried on is of months that were closed before.
            let month = CalendarMonth(year: closed.year, month: closed.month)
            closedThrough = max(closedThrough ?? month, month)
        case .feedbackReceived(let feedback):
            statistics.record(feedback, at: time)
            judgements.record(feedback)
        case .clockJudged(let judged):
            doubtedClock = judged.verdict == .doubted ? judged : nil
        case .routeDecided, .nodeStopped, .logRecovered, .segmentRetired, .monthPart, .unknown:
            break
        }
        position = sequence
        self.time = max(self.time, time)
    }

    /// What is left of a lost attempt's time once its request's time is over, before what it holds is
    /// given back: every attempt ends by then, and its end is recorded soon after.
    static let expiryGrace = Duration.seconds(60)

    /// Takes in an attempt and what it holds of quotas and budgets.
    private mutating func reserve(_ attempt: AttemptStarted, at time: Timestamp) {
        guard inFlight.isOpen(attempt.request) else { return }
        var running = RunningAttempt(attempt)
        if policy.hasLimits || !quotas.isEmpty {
            running.heldLines = quotas.reserve(
                attempt,
                at: time,
                policy.provider(attempt.provider)
            )
            if running.heldLines != .none { running.started = time }
        }
        budgets.reserve(running)
        lanes.start(running)
        if running.holdsSomething {
            running.expires = time.advanced(byMicroseconds: policy.policy.totalMicroseconds)
                .advanced(byMicroseconds: max(0, attempt.stallTimeout?.readingMicroseconds ?? 0))
                .addingClamped(Self.expiryGrace)
        }
        release(inFlight.start(running, of: attempt.request))
    }

    /// Takes in that an attempt under way holds more, or for longer.
    private mutating func extend(_ change: ReservationExtended, at time: Timestamp) {
        let expires = time.advanced(byMicroseconds: policy.policy.totalMicroseconds)
            .addingClamped(Self.expiryGrace)
        guard let (before, after) = inFlight.extend(change, until: expires) else { return }
        budgets.release(before)
        budgets.reserve(after)
    }

    /// Gives back what the attempts of a request hold that has ended.
    private mutating func release(_ request: InFlight.OpenRequest?) {
        release(request?.attempt)
        for running in request?.hedges ?? [] { release(running) }
    }

    /// Gives back what an attempt holds, if it is one and still holds it.
    private mutating func release(_ running: RunningAttempt?) {
        guard let running, running.holdsSomething, !running.isExpired else { return }
        quotas.release(running)
        budgets.release(running)
    }

    /// Puts what an attempt used in the place of what it held.
    private mutating func settle(
        _ running: RunningAttempt?,
        _ attempt: AttemptFinished,
        at time: Timestamp
    ) {
        guard let running else { return }
        release(running)
        quotas.settle(running, attempt, policy.provider(attempt.provider))
        budgets.settle(running, attempt, at: time)
    }

    /// Gives back what attempts hold whose end never came.
    private mutating func expire(at time: Timestamp) {
        for running in inFlight.expire(at: time) {
            quotas.release(running)
            budgets.release(running)
        }
    }

    /// The state with what has expired by an instant given back, as it is for a decision then;
    /// `nil` when nothing has, which is the usual case and costs a comparison.
    public func expired(at now: Timestamp) -> RouterState? {
        guard now >= inFlight.nextExpiry else { return nil }
        var state = self
        state.expire(at: now)
        return state
    }

    /// Whether an event makes the state whole, whatever is missing before it: it carries all of it.
    public func isMadeWhole(by body: EventBody) -> Bool {
        switch body {
        case .stateCarried: true
        case .statePart(let part): carriedParts.isCompleted(by: part)
        default: false
        }
    }

    /// Goes on from the state that an event holds, whatever was folded before it.
    ///
    /// In a fold from the first event it is equal to what is there; in one that begins later it is
    /// what makes the rest whole. A state that can't be read leaves what was folded.
    private mutating func adopt(_ bytes: [UInt8]) {
        do throws(EventCodingError) {
            self = try RouterState(decoding: bytes)
            // Of an earlier build, which wrote down the pieces of a series that was cut short.
            carriedParts = StateAssembly()
        } catch {}
    }

    /// The state as an event carries it on: without the pieces of an event before that never came whole,
    /// which would come back with it for ever.
    public var encodedToCarry: [UInt8] {
        var state = self
        state.carriedParts = StateAssembly()
        return state.encoded
    }
}

extension RouterState: FieldRecord {
    /// Walks the folds in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "position", &position)
        visitor.field(2, "time", &time)
        var record = policy.record
        visitor.field(3, "policy", &record)
        // The same object where it was only read.
        if record != policy.record { policy = PolicyInForce(record) }
        visitor.field(4, "prices", &prices)
        visitor.field(5, "models", &models)
        visitor.field(6, "health", &health)
        visitor.field(7, "breakers", &breakers)
        visitor.field(8, "holds", &holds)
        visitor.field(9, "spend", &spend)
        visitor.field(10, "in_flight", &inFlight)
        visitor.field(11, "closed_through", &closedThrough)
        visitor.field(12, "quotas", unlessEmpty: &quotas)
        visitor.field(13, "budgets", unlessEmpty: &budgets)
        visitor.field(16, "statistics", unlessEmpty: &statistics)
        visitor.field(20, "lanes", unlessEmpty: &lanes)
        visitor.field(21, "conversations", unlessEmpty: &conversations)
        visitor.field(22, "hedges", unlessEmpty: &hedges)
        visitor.field(23, "dropped_fields", unlessEmpty: &droppedFields)
        visitor.field(70, "holders", unlessEmpty: &holders)
        visitor.field(71, "carried_parts", unlessEmpty: &carriedParts)
        visitor.field(72, "doubted_clock", &doubtedClock)
        visitor.field(80, "judgements", unlessEmpty: &judgements)
    }
}
