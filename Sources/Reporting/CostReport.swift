public import Events

/// What a month cost, folded from the events; every total is the exact sum of its events.
public struct CostReport: Sendable {
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
    public private(set) var total = AttemptSums()
    /// The sums by provider.
    public private(set) var byProvider: [String: AttemptSums] = [:]
    /// The sums by `provider:model`.
    public private(set) var byModel: [String: AttemptSums] = [:]
    /// The sums by task, as the client gave it or else as it was inferred; "none" for requests without one.
    public private(set) var byTask: [String: AttemptSums] = [:]
    /// The sums by label.
    public private(set) var byTag: [String: AttemptSums] = [:]
    /// The requests that ended in the month.
    public private(set) var ended = EndedRequests()
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
        total: AttemptSums,
        byProvider: [String: AttemptSums],
        byModel: [String: AttemptSums],
        byTask: [String: AttemptSums],
        byTag: [String: AttemptSums],
        ended: EndedRequests
    ) {
        self.init(year: year, month: month)
        self.total = total
        self.byProvider = byProvider
        self.byModel = byModel
        self.byTask = byTask
        self.byTag = byTag
        self.ended = ended
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
            if covers(event.time) {
                ended.count(completed, localProviders: localProviders)
            } else {
                known[completed.request] = nil
            }
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

    private mutating func change(_ key: Key, _ change: (inout AttemptSums) -> Void) {
        let none = AttemptSums()
        switch key {
        case .total: change(&total)
        case .provider(let name): change(&byProvider[ReportName.bounded(name), default: none])
        case .model(let name): change(&byModel[ReportName.bounded(name), default: none])
        case .task(let name): change(&byTask[ReportName.bounded(name), default: none])
        case .tag(let name): change(&byTag[ReportName.bounded(name), default: none])
        }
    }
}
