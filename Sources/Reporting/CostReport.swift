public import Events
import RouterState

/// What a month cost, folded from the events; every total is the exact sum of its events.
public struct CostReport: Sendable {
    /// A sum over attempts, which are what providers charge for.
    public struct Line: Hashable, Sendable {
        /// Requests that made at least one of the attempts.
        public var requests = 0
        /// Attempts that ended.
        public var attempts = 0
        /// The sum of the known costs.
        public var cost = Nanodollars.zero
        /// Of the cost: what rests on counts that Logway estimated.
        public var estimated = Nanodollars.zero
        /// Attempts whose cost is unknown; the true cost is higher by theirs.
        public var unknownCosts = 0
        /// Prompt tokens, as far as they are known.
        public var inputTokens = 0
        /// Of them: read from a provider's cache.
        public var cachedTokens = 0
        /// Output tokens, as far as they are known.
        public var outputTokens = 0
        /// The scores that its answers got, in millionths.
        public var scores = 0
        /// How many scores there are.
        public var scoreCount = 0
        /// Attempts whose estimate was more than they had reserved: what goes beyond it is in no sum.
        public var pastReservation = 0

        /// The mean score from 0 to 1; `nil` without feedback.
        public var meanScore: Double? {
            scoreCount == 0 ? nil : Double(scores) / Double(scoreCount) / 1_000_000
        }

        /// The sum of nothing.
        public init() {}
    }

    /// A sum that an attempt or a score counts in.
    private enum Key: Hashable {
        case total
        case provider(String)
        case model(String)
        case task(String)
        case tag(String)
    }

    /// What is known of a request while attempts and scores of it may come.
    private struct Known {
        /// Its task, given by its client or else inferred by its decision.
        var task: String?
        /// Its tags.
        let tags: [Key]
        /// The provider and the model that were asked last.
        var asked: [Key] = []
        /// The sums that count it already.
        var counted: Set<Key> = []

        init(_ received: RequestReceived) {
            task = received.task
            tags = Set(received.tags).sorted().map(Key.tag)
        }

        var labels: [Key] { [.task(task ?? "none")] + tags }
    }

    /// The year of the month.
    public let year: Int
    /// The month, from 1 to 12.
    public let month: Int
    /// The sum of everything.
    public private(set) var total = Line()
    /// The sums by provider.
    public private(set) var byProvider: [String: Line] = [:]
    /// The sums by `provider:model`.
    public private(set) var byModel: [String: Line] = [:]
    /// The sums by task, as the client gave it or else as it was inferred; "none" for requests without one.
    public private(set) var byTask: [String: Line] = [:]
    /// The sums by label.
    public private(set) var byTag: [String: Line] = [:]
    /// The requests that ended in the month, by outcome.
    public private(set) var outcomes: [RequestOutcome: Int] = [:]
    /// Requests that a local provider answered.
    public private(set) var localRequests = 0
    /// Requests that a hosted provider answered.
    public private(set) var hostedRequests = 0
    private var localProviders: Set<String> = []
    private var known: [RequestID: Known] = [:]
    private var scores: [Judgement: Int] = [:]

    /// The report of a month in UTC, before its first event.
    public init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// A report of known sums; no event is to be fed to it any more.
    public init(
        year: Int,
        month: Int,
        total: Line,
        byProvider: [String: Line],
        byModel: [String: Line],
        byTask: [String: Line],
        byTag: [String: Line],
        outcomes: [RequestOutcome: Int],
        localRequests: Int,
        hostedRequests: Int
    ) {
        self.init(year: year, month: month)
        self.total = total
        self.byProvider = byProvider
        self.byModel = byModel
        self.byTask = byTask
        self.byTag = byTag
        self.outcomes = outcomes
        self.localRequests = localRequests
        self.hostedRequests = hostedRequests
    }

    /// Whether an instant falls in the month.
    public func covers(_ time: Timestamp) -> Bool {
        let date = time.date
        return date.year == year && date.month == month
    }

    /// Takes in an event; those outside the month only tell which requests were open at its start.
    ///
    /// Feed it every event up to the month's end: an attempt counts in the month it ended in.
    public mutating func apply(_ event: Event) {
        switch event.body {
        case .policyApplied(let applied):
            localProviders = Set(applied.policy.providers.filter(\.isLocal).map(\.name))
        case .requestReceived(let received): known[received.request] = Known(received)
        case .routeDecided(let decided):
            if known[decided.request]?.task == nil {
                known[decided.request]?.task = decided.classification.task?.name
            }
        case .attemptFinished(let attempt) where covers(event.time): count(attempt)
        case .requestCompleted(let completed):
            // Requests of the month are kept, since feedback on them may still come.
            if covers(event.time) { count(completed) } else { known[completed.request] = nil }
        case .feedbackReceived(let feedback) where covers(event.time): count(feedback)
        default: break
        }
    }

    private mutating func count(_ attempt: AttemptFinished) {
        let asked: [Key] = [
            .provider(attempt.provider), .model("\(attempt.provider):\(attempt.model)"),
        ]
        let labels = known[attempt.request]?.labels ?? [.task("none")]
        for key in [.total] + asked + labels {
            let isFirst = known[attempt.request]?.counted.insert(key).inserted ?? true
            change(key) { line in
                line.add(attempt)
                if isFirst { line.requests += 1 }
            }
        }
        known[attempt.request]?.asked = asked
    }

    private mutating func count(_ completed: RequestCompleted) {
        outcomes[completed.outcome, default: 0] += 1
        guard completed.outcome == .answered, let provider = completed.provider else { return }
        // Events of earlier builds leave it to the policy in force.
        if completed.isLocal ?? localProviders.contains(provider) {
            localRequests += 1
        } else {
            hostedRequests += 1
        }
    }

    /// Who judged what: a judge who judges again, or a client that sends feedback twice, counts once,
    /// with the last score.
    private struct Judgement: Hashable {
        var request: RequestID
        var source: String
    }

    private mutating func count(_ feedback: FeedbackReceived) {
        let judgement = Judgement(request: feedback.request, source: feedback.source)
        let earlier = scores.updateValue(feedback.score, forKey: judgement)
        // Feedback on a request that ended in an earlier month counts in the total alone.
        let keys = known[feedback.request].map { $0.asked + $0.labels } ?? []
        for key in [.total] + keys {
            change(key) { $0.add(score: feedback.score, insteadOf: earlier) }
        }
    }

    private mutating func change(_ key: Key, _ change: (inout Line) -> Void) {
        switch key {
        case .total: change(&total)
        case .provider(let name): change(&byProvider[ReportName.bounded(name), default: Line()])
        case .model(let name): change(&byModel[ReportName.bounded(name), default: Line()])
        case .task(let name): change(&byTask[ReportName.bounded(name), default: Line()])
        case .tag(let name): change(&byTag[ReportName.bounded(name), default: Line()])
        }
    }
}

extension CostReport.Line {
    /// Counts an attempt that ended; not its request, which may have been counted before.
    public mutating func add(_ attempt: AttemptFinished) {
        attempts += 1
        if let cost = attempt.cost {
            self.cost.addClamped(cost)
            if attempt.costOrigin == .estimated { estimated.addClamped(cost) }
        } else {
            unknownCosts += 1
        }
        if attempt.unreservedOutput != nil || attempt.unreservedCost != nil { pastReservation += 1 }
        inputTokens.addClamped(attempt.usage.knownPrompt)
        cachedTokens.addClamped(attempt.usage.cachedInput ?? 0)
        outputTokens.addClamped(attempt.usage.output ?? 0)
    }

    /// Counts a score in millionths, in the place of an earlier one of the same judge.
    public mutating func add(score: Int, insteadOf earlier: Int?) {
        scores.addClamped(score - (earlier ?? 0))
        if earlier == nil { scoreCount += 1 }
    }
}
