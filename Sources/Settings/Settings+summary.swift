import Catalog
import Events

extension Settings {
    /// The settings in force as text: one `key: value` a line, in a fixed order, without secrets.
    ///
    /// Equal settings give equal text, on every machine, and a key shows as `set` or `unset`. The
    /// origin, the notes and what is not in force are left out, as they decide nothing.
    public var redactedSummary: String {
        var lines = SummaryLines()
        lines.add("mode", mode.word)
        for provider in providers { lines.add(provider) }
        for (name, entries) in chains.sorted(by: { $0.key < $1.key }) {
            lines.add("fallback_chains.\(name)", entries.map(\.description).joined(separator: ", "))
        }
        for (task, entries) in taskChains.sorted(by: { $0.key < $1.key }) {
            lines.add(
                "task_fallback_overrides.\(task)",
                entries.map(\.description).joined(separator: ", ")
            )
        }
        lines.add("catalog", catalogFile)
        lines.add(server)
        lines.add(log)
        lines.add(routing)
        lines.add(budgets)
        for alias in aliases { lines.add("aliases.\(alias.pattern)", alias.target) }
        for tenant in tenants {
            lines.add("tenants.\(tenant.name).allowedModels", list: tenant.allowedModels)
        }
        return lines.text
    }
}

/// The lines of a summary; absent values are left out.
private struct SummaryLines {
    private(set) var text = ""

    mutating func add(_ key: String, _ value: some CustomStringConvertible) {
        text += "\(key): \(value)\n"
    }

    mutating func add(_ key: String, _ value: (some CustomStringConvertible)?) {
        if let value { add(key, value) }
    }

    mutating func add(_ key: String, milliseconds value: Duration?) {
        add(key, microseconds: value?.microseconds)
    }

    mutating func add(_ key: String, microseconds value: Int64?) {
        if let value { add(key, value / 1_000) }
    }

    mutating func add(_ key: String, list: [String]) {
        if !list.isEmpty { add(key, list.joined(separator: ", ")) }
    }

    mutating func add(_ provider: ProviderSettings) {
        let path = "providers.\(provider.name)"
        add("\(path).type", provider.type.rawValue)
        add("\(path).enabled", provider.isEnabled)
        add("\(path).priority", provider.priority)
        add("\(path).apiKey", provider.apiKey == nil ? "unset" : "set")
        add("\(path).baseUrl", provider.baseURL)
        for header in provider.headers { add("\(path).headers.\(header.name)", "set") }
        for (index, lane) in provider.lanes.enumerated() {
            add("\(path).lanes[\(index)].apiKey", lane.apiKey == nil ? "unset" : "set")
            add("\(path).lanes[\(index)].baseUrl", lane.baseURL)
            add("\(path).lanes[\(index)].weight", lane.weight)
        }
        add("\(path).defaultModel", provider.defaultModel)
        add("\(path).models", list: provider.models)
        for (task, model) in provider.modelOverrides.sorted(by: { $0.key < $1.key }) {
            add("\(path).modelOverrides.\(task)", model)
        }
        if let limits = provider.limits { add("\(path).limits", limits) }
        for (model, limits) in provider.modelLimits.sorted(by: { $0.key < $1.key }) {
            add("\(path).modelLimits.\(model)", limits)
        }
        if provider.limits != nil || !provider.modelLimits.isEmpty {
            add("\(path).resets", provider.quotaReset.words)
        }
        add("\(path).maxConcurrent", provider.concurrency)
        if let most = provider.maxContextTokens { add("\(path).maxContextTokens", most) }
        add("\(path).costPer1MTokens", provider.prices)
        add("\(path).healthCheck.enabled", provider.healthCheck.isEnabled)
        add("\(path).healthCheck.intervalMs", milliseconds: provider.healthCheck.interval)
        add("\(path).healthCheck.timeoutMs", milliseconds: provider.healthCheck.timeout)
        add("\(path).fallbackProvider", provider.fallbackProvider)
        add("\(path).timeouts", provider.timeouts)
        add("\(path).timeouts.prefillTokensPerSecond", provider.prefillTokensPerSecond)
        if let simulation = provider.simulation { add("\(path).simulation", simulation) }
    }

    mutating func add(_ path: String, _ limits: RateLimits) {
        add("\(path).requestsPerMinute", limits.requestsPerMinute)
        add("\(path).requestsPerDay", limits.requestsPerDay)
        add("\(path).tokensPerMinute", limits.tokensPerMinute)
        add("\(path).tokensPerDay", limits.tokensPerDay)
    }

    mutating func add(_ path: String, _ prices: TokenPrices?) {
        add("\(path).input", prices?.input.map { Nanodollars($0) })
        add("\(path).output", prices?.output.map { Nanodollars($0) })
        add("\(path).cachedInput", prices?.cachedInput.map { Nanodollars($0) })
        add("\(path).cacheWrite", prices?.cacheWrite.map { Nanodollars($0) })
        add("\(path).cacheWriteHour", prices?.cacheWriteHour.map { Nanodollars($0) })
    }

    mutating func add(_ path: String, _ timeouts: Timeouts) {
        add("\(path).connectMs", milliseconds: timeouts.connect)
        add("\(path).firstTokenMs", milliseconds: timeouts.firstToken)
        add("\(path).slowFirstTokenMs", milliseconds: timeouts.slowFirstToken)
        add("\(path).idleMs", milliseconds: timeouts.idle)
        add("\(path).totalMs", milliseconds: timeouts.total)
    }

    mutating func add(_ path: String, _ simulation: SimulationSettings) {
        add("\(path).seed", simulation.seed)
        add("\(path).local", simulation.isLocal)
        add("\(path).failureRate", simulation.failureRate)
        add("\(path).rateLimitRate", simulation.rateLimitRate)
        add("\(path).retryAfterMs", milliseconds: simulation.retryAfter)
        add("\(path).cutRate", simulation.cutRate)
        add("\(path).latencyMs.mean", milliseconds: simulation.latencyMean)
        add("\(path).latencyMs.deviation", milliseconds: simulation.latencyDeviation)
        add("\(path).tokensPerSecond", simulation.tokensPerSecond)
        add("\(path).outcomes", simulation.outcomesFile)
        for model in simulation.models {
            let path = "\(path).models.\(model.name)"
            add("\(path).costPer1MTokens", model.prices)
            add("\(path).quality", model.quality)
            add("\(path).contextWindow", model.contextWindow)
            add("\(path).latencyMs.mean", milliseconds: model.latencyMean)
            add("\(path).latencyMs.deviation", milliseconds: model.latencyDeviation)
            add("\(path).tokensPerSecond", model.tokensPerSecond)
            add("\(path).outcomeModel", model.outcomeModel)
            add("\(path).capabilities", list: model.capabilities?.names ?? [])
        }
    }

    mutating func add(_ server: ServerSettings) {
        add("server.host", server.host)
        add("server.port", server.port)
        add("server.hosts", list: server.hosts.map(\.text))
        add("server.origins", list: server.origins.map(\.text))
        add("server.maxBodyBytes", server.maxBodyBytes)
        add("server.maxBodiesBytes", server.maxBodiesBytes)
        add("server.maxAnswersBytes", server.maxAnswersBytes)
        add("server.maxConnections", server.maxConnections)
        add("server.shutdownGraceMs", milliseconds: server.shutdownGrace)
    }

    mutating func add(_ log: LogSettings) {
        add("log.directory", log.directory)
        add("log.durability", log.durability.rawValue)
        add("log.capture", log.capture.rawValue)
        add("log.snapshotEvery", "\(log.snapshotEvery)")
        add("log.retention", log.retention)
        if log.capture == .bodies {
            add("log.bodies.retention.keepDays", log.bodiesKeptDays)
        }
    }

    mutating func add(_ routing: RoutingSettings) {
        add("routing.chain", routing.chain)
        add("routing.strategies", list: routing.strategies)
        add("routing.exploration.floor", routing.exploration.map { Share.number($0.floor) })
        add("routing.exploration.arms", routing.exploration?.arms)
        add("routing.affinity.enabled", routing.affinity != nil)
        add("routing.affinity.maxAgeMs", milliseconds: routing.affinity)
        add("routing.hedge.afterMs", microseconds: routing.hedge?.afterMicroseconds)
        add("routing.hedge.maxShare", routing.hedge.map { Share.number($0.maxShare) })
        add("routing.hang.leastMs", microseconds: routing.hang.leastMicroseconds)
        add("routing.hang.multiple", routing.hang.multiple)
        add("routing.retry.times", routing.retry.times)
        add("routing.retry.backoffMs", microseconds: routing.retry.backoffMicroseconds)
        add("routing.retry.longestMs", microseconds: routing.retry.longestMicroseconds)
        add("routing.keepAliveMs", milliseconds: routing.keepAlive ?? .zero)
        add("routing.referenceModel", routing.referenceModel)
        add("routing.maxAttempts", routing.maxAttempts)
        add("routing.timeouts", routing.timeouts)
    }

    mutating func add(_ budgets: BudgetPolicy) {
        add("budgets.monthly", budgets.monthly)
        add("budgets.daily", budgets.daily)
        for budget in budgets.scopes {
            guard let kind = budget.kind else { continue }
            add("budgets.\(kind.key).\(budget.name)", budget.monthly)
        }
        add("budgets.alertThreshold", Share.number(budgets.alertThreshold))
        add("budgets.maxOutputTokens", budgets.outputLimit)
        add("budgets.onLimit", budgets.onLimit.word)
        let reservation: BudgetReservation = budgets.expectedOutput == nil ? .worstCase : .expected
        add("budgets.reserve", reservation.rawValue)
        add("budgets.expectedOutputTokens", budgets.expectedOutput)
        if budgets.allowsUnpriced { add("budgets.allowUnpriced", budgets.allowsUnpriced) }
    }
}
