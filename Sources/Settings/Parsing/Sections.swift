import Events
import Yams

extension ServerSettings {
    /// The section `server`.
    init(_ root: Section) {
        let keys = [
            "host", "port", "hosts", "origins", "maxBodyBytes", "maxBodiesBytes", "maxAnswersBytes",
            "maxConnections", "shutdownGraceMs",
        ]
        guard let section = root.section("server", known: keys) else { return }
        if let host = section.text("host") { self.host = host }
        if let port = section.count("port", in: 0...65_535) { self.port = port }
        if let bytes = section.count("maxBodyBytes", in: 1_024...1_073_741_824) {
            maxBodyBytes = bytes
        }
        // Far more than a machine has is no mistake: it is no limit.
        let memory = 1_048_576...1_099_511_627_776
        if let bytes = section.count("maxBodiesBytes", in: memory) { maxBodiesBytes = bytes }
        if let bytes = section.count("maxAnswersBytes", in: memory) { maxAnswersBytes = bytes }
        if let count = section.count("maxConnections", in: 1...1_000_000) { maxConnections = count }
        if let grace = section.milliseconds("shutdownGraceMs", in: 0...3_600_000) {
            shutdownGrace = grace
        }
        hosts = section.patterns(
            "hosts",
            HostPattern.init,
            "is no name of a host",
            "write a name without scheme and port, such as `gateway.example`, or `*.example` for all"
                + " below it; `*` alone would let in every website"
        )
        origins = section.patterns(
            "origins",
            OriginPattern.init,
            "is no origin of a page",
            "write it as the browser does, such as `https://app.example`, or `https://*.example:8443`;"
                + " `*` and `null` would let in every website"
        )
    }
}

extension Section {
    /// The items of a list that are patterns; others are reported.
    fileprivate func patterns<Pattern>(
        _ key: String,
        _ read: (String) -> Pattern?,
        _ problem: String,
        _ suggestion: String
    ) -> [Pattern] {
        list(key).compactMap { item in
            guard let text = diagnostics.text(item.node, item.path) else { return nil }
            let pattern = read(text)
            if pattern == nil {
                diagnostics.report(problem, at: item.node, item.path, suggestion: suggestion)
            }
            return pattern
        }
    }
}

extension LogSettings {
    /// The section `log`.
    init(_ root: Section) {
        let keys = ["directory", "durability", "capture", "snapshotEvery", "retention", "bodies"]
        guard let section = root.section("log", known: keys) else { return }
        directory = section.file("directory")
        if let durability: Durability = section.choice("durability") {
            self.durability = durability
        }
        if let events = section.count("snapshotEvery", in: 1_000...1_000_000_000) {
            snapshotEvery = events
        }
        if let retention = Retention(section) { self.retention = retention }
        if let capture: BodyCapture = section.choice("capture") { self.capture = capture }
        let bodies = section.section("bodies", known: ["retention"])?
            .section("retention", known: ["keepDays"])
        if let days = bodies?.count("keepDays", in: 1...36_500) { bodiesKeptDays = days }
    }
}

extension RoutingSettings {
    /// The section `routing`.
    init(_ root: Section) {
        let keys = [
            "chain", "strategies", "exploration", "referenceModel", "maxAttempts", "timeouts",
            "affinity", "hedge", "hang", "retry", "keepAliveMs",
        ]
        guard let section = root.section("routing", known: keys) else { return }
        if let chain = section.text("chain") { self.chain = chain }
        strategies = section.texts("strategies")
        if let exploration = section.section("exploration", known: ["floor", "arms"]) {
            var policy = ExplorationPolicy.default
            let floor = exploration.number("floor", in: 0...0.5)
            if let floor { policy.floor = Share.millionths(floor) }
            if let arms = exploration.count("arms", in: 2...16) { policy.arms = arms }
            // As it is written: a third in millionths may be a little more or less.
            if (floor ?? Share.number(policy.floor)) * Double(policy.arms) > 1 {
                exploration.report(
                    "is too much for \(policy.arms) arms, which share a probability of 1",
                    at: "floor",
                    suggestion: "write at most 1 divided by `arms`"
                )
            }
            self.exploration = policy
        }
        if let affinity = section.section("affinity", known: ["enabled", "maxAgeMs"]) {
            if let age = affinity.milliseconds("maxAgeMs") { self.affinity = age }
            if affinity.flag("enabled") == false { self.affinity = nil }
        }
        if let hedge = section.section("hedge", known: ["afterMs", "maxShare"]) {
            var policy = HedgePolicy.default
            if let after = hedge.milliseconds("afterMs") {
                policy.afterMicroseconds = after.microseconds
            }
            if let share = hedge.number("maxShare", in: 0...1) {
                policy.maxShare = Share.millionths(share)
            }
            self.hedge = policy
        }
        if let hang = section.section("hang", known: ["leastMs", "multiple"]) {
            if let least = hang.milliseconds("leastMs") {
                self.hang.leastMicroseconds = least.microseconds
            }
            if let multiple = hang.count("multiple", in: 1...1_000) {
                self.hang.multiple = multiple
            }
        }
        if let retry = section.section("retry", known: ["times", "backoffMs", "longestMs"]) {
            if let times = retry.count("times", in: 0...19) { self.retry.times = times }
            if let backoff = retry.milliseconds("backoffMs") {
                self.retry.backoffMicroseconds = backoff.microseconds
            }
            if let longest = retry.milliseconds("longestMs") {
                self.retry.longestMicroseconds = longest.microseconds
            }
        }
        if let keepAlive = section.milliseconds("keepAliveMs", in: 0...86_400_000) {
            self.keepAlive = keepAlive == .zero ? nil : keepAlive
        }
        referenceModel = section.text("referenceModel")
        if let attempts = section.count("maxAttempts", in: 1...20) { maxAttempts = attempts }
        timeouts = Timeouts(section, base: Timeouts())
    }
}

extension Timeouts {
    /// The section `timeouts` of `parent`, over the values of `base`.
    init(_ parent: Section, base: Timeouts) {
        self = base
        let keys = [
            "connectMs", "firstTokenMs", "slowFirstTokenMs", "idleMs", "totalMs",
            "prefillTokensPerSecond",
        ]
        guard let section = parent.section("timeouts", known: keys) else { return }
        if let connect = section.milliseconds("connectMs") { self.connect = connect }
        if let firstToken = section.milliseconds("firstTokenMs") {
            // Who sets one time means it for every model.
            (self.firstToken, slowFirstToken) = (firstToken, firstToken)
        }
        if let slow = section.milliseconds("slowFirstTokenMs") { slowFirstToken = slow }
        if let speed = section.count("prefillTokensPerSecond", in: 1...1_000_000) {
            prefillTokensPerSecond = speed
        }
        if let idle = section.milliseconds("idleMs") { self.idle = idle }
        if let total = section.milliseconds("totalMs") { self.total = total }
    }
}

extension BudgetPolicy {
    /// The section `budgets`.
    init(_ root: Section) {
        self = .default
        let keys = [
            "monthly", "daily", "perTask", "perTenant", "perKey", "alertThreshold",
            "maxOutputTokens", "onLimit", "allowUnpriced", "reserve", "expectedOutputTokens",
        ]
        guard let section = root.section("budgets", known: keys) else { return }
        monthly = section.dollars("monthly")
        daily = section.dollars("daily")
        if let tasks = section.openSection("perTask") {
            let amounts = tasks.tasks.compactMap { task in
                tasks.dollars(task.name).map { (task.name, $0) }
            }
            add(.task, amounts)
        }
        add(.tenant, section.amounts("perTenant"))
        add(.key, section.amountsByFingerprint("perKey"))
        if let flag = section.flag("allowUnpriced") { allowsUnpriced = flag }
        if let threshold = section.number("alertThreshold", in: 0...1) {
            alertThreshold = Share.millionths(threshold)
        }
        outputLimit = section.count("maxOutputTokens", in: 1...Int.max)
        let reservation: BudgetReservation? = section.choice("reserve")
        if let tokens = section.count("expectedOutputTokens", in: 1...Int.max) {
            expectedOutput = tokens
        }
        if reservation == .worstCase { expectedOutput = nil }
        if let action: BudgetAction = section.choice("onLimit") { onLimit = action }
    }

    /// Adds budgets of a kind, by name, so that equal configurations give equal policies.
    private mutating func add(_ kind: ScopedBudget.Kind, _ amounts: [(String, Nanodollars)]) {
        scopes += amounts.sorted { $0.0 < $1.0 }.map { ScopedBudget(kind, $0.0, monthly: $0.1) }
    }
}

extension ScopedBudget.Kind {
    /// The key of the configuration that its budgets stand under.
    var key: String {
        switch self {
        case .task: "perTask"
        case .tenant: "perTenant"
        case .key: "perKey"
        }
    }
}

/// What a streamed answer holds of the budgets while it is written, in the words of the configuration.
enum BudgetReservation: String, CaseIterable {
    /// All that it may cost.
    case worstCase = "worst-case"
    /// What answers of its model usually cost, and more as it flows.
    case expected
}

extension Settings {
    /// The section `tenants`: names of the user's own choice, each with what it may use.
    mutating func readTenants(_ root: Section) {
        guard let section = root.openSection("tenants") else { return }
        for name in section.keys {
            guard let tenant = section.section(name, known: ["allowedModels"]) else { continue }
            let models = tenant.texts("allowedModels")
            if models.isEmpty {
                tenant.report(
                    "must name at least one",
                    at: "allowedModels",
                    suggestion: "write `[MODEL, PROVIDER:MODEL, PROVIDER]`, or leave the tenant out"
                )
            }
            var policy = TenantPolicy()
            policy.name = name
            policy.allowedModels = models
            tenants.append(policy)
        }
        tenants.sort { $0.name < $1.name }
    }
}

extension Section {
    /// Amounts of dollars under names of the user's own choice.
    fileprivate func amounts(_ key: String) -> [(String, Nanodollars)] {
        guard let section = openSection(key) else { return [] }
        return section.keys.compactMap { name in section.dollars(name).map { (name, $0) } }
    }
}

extension Section {
    /// Amounts of dollars under fingerprints of clients' keys.
    ///
    /// What is none may be the key itself, so it is not repeated, and its path is its place in the file.
    fileprivate func amountsByFingerprint(_ key: String) -> [(String, Nanodollars)] {
        guard let section = openSection(key) else { return [] }
        var amounts: [(String, Nanodollars)] = []
        for (index, name) in section.keys.enumerated() {
            guard Self.isFingerprint(name) else {
                section.diagnostics.report(
                    "the name of entry \(index + 1) is no fingerprint of a key, so it is not repeated here",
                    at: section.keyNode(name) ?? section.node,
                    section.path,
                    suggestion: "write the first 12 digits of the key's SHA-256 in small letters "
                        + "(`printf %s \"$KEY\" | sha256sum | cut -c1-12`)"
                )
                continue
            }
            if let amount = section.dollars(name) { amounts.append((name, amount)) }
        }
        return amounts
    }

    /// Whether a text is the fingerprint of a client's key: the first 12 hexadecimal digits of its
    /// SHA-256.
    private static func isFingerprint(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{12}/) != nil
    }
}

extension RateLimits {
    /// A section of limits, `limits` of a provider or a model's in `modelLimits`; without it, none.
    init(_ parent: Section, _ key: String) {
        self.init()
        let keys = ["requestsPerMinute", "requestsPerDay", "tokensPerMinute", "tokensPerDay"]
        guard let section = parent.section(key, known: keys) else { return }
        requestsPerMinute = section.count("requestsPerMinute", in: 0...Int.max)
        requestsPerDay = section.count("requestsPerDay", in: 0...Int.max)
        tokensPerMinute = section.count("tokensPerMinute", in: 0...Int.max)
        tokensPerDay = section.count("tokensPerDay", in: 0...Int.max)
    }
}

extension HealthCheckSettings {
    /// The section `healthCheck` of a provider.
    init(_ parent: Section) {
        let keys = ["enabled", "intervalMs", "timeoutMs"]
        guard let section = parent.section("healthCheck", known: keys) else { return }
        if let flag = section.flag("enabled") { isEnabled = flag }
        if let interval = section.milliseconds("intervalMs") { self.interval = interval }
        if let timeout = section.milliseconds("timeoutMs") { self.timeout = timeout }
    }
}

extension Section {
    /// The path of a file or folder; a leading `~/` is the home folder, and a relative path is meant
    /// from the folder of the configuration, wherever the command is typed that reads it.
    func file(_ key: String) -> String? {
        guard let text = text(key) else { return nil }
        if text.hasPrefix("~/"), let home = diagnostics.environment["HOME"] {
            return home + text.dropFirst(1)
        }
        guard !text.isEmpty, !text.hasPrefix("/"),
            let slash = diagnostics.file.lastIndex(of: "/")
        else { return text }
        let below = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        return diagnostics.file.prefix(through: slash) + below
    }
}
