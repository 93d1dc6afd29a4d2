public import Events
public import RouterState

/// How the providers are doing at an instant, from the folded state.
public struct ProviderStatus: Sendable {
    /// One word for a provider's condition.
    public enum Condition: String, Sendable {
        /// Nothing is wrong.
        case healthy
        /// It answers, but more than one attempt in ten fails, or it is held in part.
        case degraded
        /// It is on cooldown: its breaker is open, its key is rejected, or nobody is there.
        case unhealthy
        /// It was never asked, or only for a list that it does not have.
        case unknown
    }

    /// One provider.
    public struct Row: Sendable {
        /// The configured policy.
        public let provider: ProviderPolicy
        /// Its condition.
        public let condition: Condition
        /// Its record.
        public let health: ProviderHealth
        /// What its breaker lets through.
        public let breaker: Breakers.Position
        /// Failures in a row.
        public let consecutiveFailures: Int
        /// Its models whose own breakers are not closed.
        public let modelBreakers: [ModelBreaker]
        /// Until when its key is held, if it is.
        public let keyRejectedUntil: Timestamp?
        /// Until when which of its models are held: missing, or over their rate.
        public let heldModels: [String: Timestamp]
        /// Its lanes, where it has several.
        public let lanes: [LaneStatus]
        /// The models it offers.
        public let models: [String]
        /// The model that requests get which name none, where no default is configured: the first by
        /// name that looks able to chat, as routing picks it.
        public var standIn: String? {
            provider.defaultModel == nil ? ChatModels.first(models).first : nil
        }
        /// What its server tells of its models, where it is one of the user's own.
        public let modelDetails: [ListedModel]
        /// What it cost today (UTC).
        public let today: Spend.Total
    }

    /// A model whose own breaker is not closed.
    public struct ModelBreaker: Sendable {
        /// The model's name at the provider.
        public let model: String
        /// What its breaker lets through.
        public let position: Breakers.Position
        /// Failures in a row.
        public let consecutiveFailures: Int
    }

    /// The instant.
    public let time: Timestamp
    /// The providers, by priority.
    public let rows: [Row]
    /// The machine's clock where the log goes on without it; `nil` while it is believed.
    public let doubtedClock: ClockJudged?
    private let failuresToOpen: Int
    /// The fields of requests that providers of each family in use were not told.
    let leftOut: [(family: WireFamily, kind: String, requests: Int)]

    /// The status in a state at an instant.
    public init(_ state: RouterState, at time: Timestamp) {
        self.time = time
        doubtedClock = state.doubtedClock
        let families = Set(state.policy.policy.providers.map(\.family))
        leftOut = families.sorted { $0.rawValue < $1.rawValue }.flatMap { family in
            state.droppedFields.kinds(for: family).map { (family, $0.kind, $0.requests) }
        }
        failuresToOpen = state.policy.policy.breaker.failuresToOpen
        let providers = state.policy.policy.providers.enumerated().sorted {
            ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset)
        }
        rows = providers.map { _, provider in
            let health = state.health.of(provider.name)
            let breaker = state.breakers.position(of: provider.name, at: time)
            let lanes = LaneStatus.all(of: provider, state, at: time)
            let rejected =
                provider.lanes.count > 1
                ? lanes.map(\.keyRejectedUntil)
                : [state.holds.keyRejected(provider.name, at: time)]
            let held = rejected.contains(nil) ? nil : rejected.compactMap { $0 }.min()
            let heldModels = state.holds.models(of: provider.name, at: time)
            let modelBreakers = state.breakers.openModels(of: provider.name).map { model in
                ModelBreaker(
                    model: model.model,
                    position: state.breakers.position(of: model, at: time),
                    consecutiveFailures: state.breakers.consecutiveFailures(of: model)
                )
            }
            return Row(
                provider: provider,
                condition: held == nil
                    ? Self.condition(
                        health,
                        breaker,
                        isHeldInPart: !heldModels.isEmpty || !modelBreakers.isEmpty
                            || rejected.contains { $0 != nil },
                        at: time
                    )
                    : .unhealthy,
                health: health,
                breaker: breaker,
                consecutiveFailures: state.breakers.consecutiveFailures(of: provider.name),
                modelBreakers: modelBreakers,
                keyRejectedUntil: held,
                heldModels: heldModels,
                lanes: lanes,
                models: state.models.offered(by: provider),
                modelDetails: state.models.details(of: provider.name),
                today: state.spend.total(day: time.date.daysSinceEpoch, provider: provider.name)
            )
        }
    }

    private static func condition(
        _ health: ProviderHealth,
        _ breaker: Breakers.Position,
        isHeldInPart: Bool,
        at time: Timestamp
    ) -> Condition {
        let finding = health.probeFinding
        guard breaker == .closed, finding != .silent, finding != .keyRejected else {
            return .unhealthy
        }
        if isHeldInPart { return .degraded }
        guard let errorRate = health.errorRate(at: time) else {
            return health.answeredLastProbe == true ? .healthy : .unknown
        }
        return errorRate > 0.1 ? .degraded : .healthy
    }

    /// The status table, the breakers that aren't closed, and what to do about what is wrong.
    public var text: String {
        guard !rows.isEmpty else { return "no provider is configured\n" + clock }
        var table = TextTable([
            .text("Provider"), .text("Status"), .number("Uptime"), .number("Avg Latency"),
            .number("Error Rate"), .number("Cost Today"),
        ])
        for row in rows {
            table.add([
                row.provider.name, row.condition.rawValue,
                Format.percent(row.health.availability(at: time)),
                row.health.meanLatency(at: time).map {
                    Format.time(microseconds: Int($0.microseconds))
                } ?? "–",
                Format.percent(row.health.errorRate(at: time)),
                Format.cost(row.today.cost)
                    + (row.today.unknownCosts > 0 ? " + \(row.today.unknownCosts) unknown" : ""),
            ])
        }
        return table.text() + breakers + recommendations + clock
    }

    private var clock: String {
        doubtedClock.map {
            "\nClock\n  the machine's clock is doubted: it said \($0.clock) at \($0.expected) of the "
                + "log's time; `logway log clock` tells more\n"
        } ?? ""
    }

    private var breakers: String {
        var table = TextTable([
            .text("Provider"), .text("State"), .number("Failures"), .text("Next Retry"),
        ])
        func add(_ name: String, _ position: Breakers.Position, _ failures: Int) {
            let state: (String, String)
            switch position {
            case .closed: return
            case .open(let until): state = ("open", until.description)
            case .halfOpen(let probing): state = ("half-open", probing ? "probing" : "now")
            }
            table.add([name, state.0, "\(failures)/\(failuresToOpen)", state.1])
        }
        for row in rows {
            add(row.provider.name, row.breaker, row.consecutiveFailures)
            // Where the whole provider is on cooldown, its models go without saying.
            for line in row.modelBreakers where row.breaker == .closed {
                add(
                    "\(row.provider.name):\(Format.plain(line.model))",
                    line.position,
                    line.consecutiveFailures
                )
            }
        }
        return table.isEmpty ? "" : "\nCircuit breakers\n" + table.text(indent: 2)
    }

    private var recommendations: String {
        let advice = rows.compactMap(\.advice)
        guard !advice.isEmpty else { return "" }
        return "\nRecommendations\n" + advice.map { "  \($0)\n" }.joined()
    }

    /// The connections to each provider at its last probe.
    public var connections: String {
        var table = TextTable([
            .text("Provider"), .text("Probed"), .number("Running"), .number("Open"),
            .number("Idle"), .number("Waiting"), .number("Requests"), .number("Reused"),
            .number("Refused"),
        ])
        for row in rows {
            guard let pool = row.health.pool, let probed = row.health.lastProbe else { continue }
            table.add([
                row.provider.name, String("\(probed)".prefix(19)),
                "\(pool.inUse)/\(pool.connectionLimit)", "\(pool.open)", "\(pool.idle)",
                "\(pool.queued)/\(pool.queueLimit)", "\(pool.requests)", "\(pool.reused)",
                "\(pool.refused)",
            ])
        }
        return table.isEmpty ? "" : "\nConnections\n" + table.text(indent: 2)
    }

    /// The failures of each provider that are still remembered, newest first.
    public var recentFailures: String {
        var table = TextTable([
            .text("Time"), .text("Provider"), .text("Model"), .text("Failure"), .text("Message"),
        ])
        let failures = rows.flatMap { row in row.health.recentFailures.map { (row, $0) } }
        for (row, failure) in failures.sorted(by: { $0.1.time > $1.1.time }) {
            table.add([
                String("\(failure.time)".prefix(19)), row.provider.name, failure.model ?? "(probe)",
                failure.kind.name, String((failure.message ?? "").prefix(80)),
            ])
        }
        return table.isEmpty ? "" : "\nRecent failures\n" + table.text(indent: 2)
    }

    /// The fields of requests that providers were not told, since their family has no word for them.
    public var fieldsLeftOut: String {
        var table = TextTable([.text("Family"), .text("Field"), .number("Requests")])
        for line in leftOut {
            table.add([line.family.name, Format.plain(line.kind), "\(line.requests)"])
        }
        return table.isEmpty ? "" : "\nFields left out\n" + table.text(indent: 2)
    }

    /// The lanes of the providers that have several.
    public var lanes: String {
        var table = TextTable([
            .text("Provider"), .text("Lane"), .text("State"), .number("Running"),
            .number("Attempts"), .number("Failures"), .number("Latency"),
        ])
        for row in rows {
            for lane in row.lanes {
                table.add([
                    row.provider.name, Format.plain(lane.name), lane.state, "\(lane.running)",
                    "\(lane.record.begun)", "\(lane.record.failures)",
                    lane.record.latencyMicroseconds == 0
                        ? "–" : Format.time(microseconds: lane.record.latencyMicroseconds),
                ])
            }
        }
        return table.isEmpty ? "" : "\nLanes\n" + table.text(indent: 2)
    }

    /// The list of providers: what is configured and what each offers.
    public var list: String {
        guard !rows.isEmpty else { return "no provider is configured\n" }
        var table = TextTable([
            .number("Priority"), .text("Provider"), .text("Type"), .text("Where"),
            .text("Default Model"), .text("Models"), .text("Loaded"),
        ])
        for row in rows {
            let loaded = row.modelDetails.filter { $0.isLoaded == true }.map(\.name)
            let shown = row.models.prefix(4).joined(separator: ", ")
            table.add([
                "\(row.provider.priority)", row.provider.name, row.provider.type,
                row.provider.isLocal ? "local" : "hosted",
                row.provider.defaultModel ?? row.standIn.map { "\($0) (first by name)" } ?? "–",
                row.models.count > 4 ? "\(shown), … (\(row.models.count))" : shown,
                loaded.isEmpty ? "–" : loaded.joined(separator: ", "),
            ])
        }
        return table.text()
    }
}

extension ProviderStatus.ModelBreaker {
    /// Until when the model is on cooldown; `nil` once it may be tried.
    var until: Timestamp? {
        guard case .open(let until) = position else { return nil }
        return until
    }
}

extension ProviderStatus.Row {
    /// What to do about the provider; `nil` when nothing is wrong.
    fileprivate var advice: String? {
        if let until = keyRejectedUntil {
            return "\(provider.name) rejects its key: check it, then restart "
                + "(it is tried again at \(until))"
        }
        if case .open(let until) = breaker {
            return "\(provider.name) failed \(consecutiveFailures) times in a row and is left "
                + "alone until \(until); `logway providers status --detailed` shows why"
        }
        switch health.probeFinding {
        case .silent:
            return "\(provider.name) does not answer: check that it runs and that its address is "
                + "right"
        case .keyRejected:
            return
                "\(provider.name) rejected its key when it was asked for its models: check the key, "
                + "then restart"
        case .noList, .nothingWrong: break
        }
        if let first = modelBreakers.first(where: { $0.until != nil }), let until = first.until {
            return "\(provider.name)'s \(Format.plain(first.model)) failed "
                + "\(first.consecutiveFailures) times in a row and is on cooldown until \(until), the "
                + "provider's other models are not"
        }
        if let (model, until) = heldModels.min(by: { $0.key < $1.key }) {
            let others = heldModels.count > 1 ? " and \(heldModels.count - 1) more" : ""
            return "\(provider.name) does not take \(Format.plain(model))\(others) for now: it is "
                + "tried again at \(until)"
        }
        if condition == .degraded {
            return "\(provider.name) fails often; the chain's next entries take over meanwhile"
        }
        // Whose models the configuration names needs no list.
        if case .noList(let words) = health.probeFinding, provider.models.isEmpty {
            return "\(provider.name) answers, but its list of models can't be read "
                + "(\(Format.plain(words))): name its models in the configuration, or check its "
                + "address"
        }
        return nil
    }
}
