public import Events
public import RouterState

/// How much of the providers' quotas is used at an instant, from the folded state.
public struct QuotaStatus: Sendable {
    /// One quota.
    public struct Row: Sendable {
        /// The provider's configured name.
        public let provider: String
        /// The model; `nil` when it is of all the provider's models together.
        public let model: String?
        /// Which of the provider's keys; 0 for the first.
        public let key: Int
        /// What is counted.
        public let kind: QuotaKind
        /// How much there is.
        public let limit: Int
        /// Whether only the provider's own headers tell of it.
        public let isTold: Bool
        /// The window.
        public let window: QuotaWindow
        /// When it resets; `nil` while nothing is used.
        public let resetsAt: Timestamp?

        /// How much is left, not less than nothing.
        public var remaining: Int { max(0, limit.addingClamped(-window.taken)) }
        /// The used and held share in millionths.
        public var share: Int {
            limit <= 0 ? 1_000_000 : Int(clamping: Int128(window.taken) * 1_000_000 / Int128(limit))
        }
    }

    /// The instant.
    public let time: Timestamp
    /// The quotas, by priority of their providers, each provider's own before its models'.
    public let rows: [Row]
    /// The providers without any.
    public let unlimited: [String]

    /// The status in a state at an instant.
    public init(_ given: RouterState, at time: Timestamp) {
        self.time = time
        let state = given.expired(at: time) ?? given
        let providers = state.policy.policy.providers.enumerated().sorted {
            ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset)
        }.map(\.element)
        let owners = state.quotas.owners
        var rows: [Row] = []
        for provider in providers {
            var own = Set(owners.filter { $0.provider == provider.name })
            own.insert(QuotaOwner(provider: provider.name))
            for limit in provider.modelLimits {
                own.insert(QuotaOwner(provider: provider.name, model: limit.model))
            }
            for owner in own.sorted() {
                rows += Self.rows(of: owner, at: provider, state, time)
            }
        }
        self.rows = rows
        unlimited = providers.map(\.name).filter { name in
            !rows.contains { $0.provider == name }
        }
    }

    private static func rows(
        of owner: QuotaOwner,
        at provider: ProviderPolicy,
        _ state: RouterState,
        _ time: Timestamp
    ) -> [Row] {
        // What is asked for most comes first: the day, then the minute.
        let kinds: [QuotaKind] = [
            .requestsPerDay, .tokensPerDay, .requestsPerMinute, .tokensPerMinute,
        ]
        return kinds.compactMap { kind in
            let window = state.quotas.window(of: owner, kind, at: time)
            let configured = provider.limits(of: owner)?[kind]
            guard let limit = window.limit(configured: configured) else { return nil }
            return Row(
                provider: provider.name,
                model: owner.model.isEmpty ? nil : owner.model,
                key: owner.key,
                kind: kind,
                limit: limit,
                isTold: configured == nil,
                window: window,
                resetsAt: window.end > time ? window.end : nil
            )
        }
    }

    /// The daily request limits, the other quotas, and what is nearly used up.
    public var text: String {
        guard !rows.isEmpty || !unlimited.isEmpty else { return "no provider is configured\n" }
        var daily = table("Daily Limit")
        var others = table("Limit")
        for row in rows {
            if row.kind == .requestsPerDay {
                add(row, "\(row.limit)", to: &daily)
            } else {
                add(row, "\(row.limit) \(row.kind.name)", to: &others)
            }
        }
        for name in unlimited { daily.add([name, "–", "–", "–", "–"]) }
        return (daily.isEmpty ? "" : daily.text())
            + (others.isEmpty
                ? "" : (daily.isEmpty ? "" : "\n") + "Other quotas\n" + others.text(indent: 2))
            + warnings
    }

    private func table(_ limit: String) -> TextTable {
        TextTable([
            .text("Provider"), .number(limit), .number("Used"), .number("Remaining"),
            .number("Resets In"),
        ])
    }

    private func add(_ row: Row, _ limit: String, to table: inout TextTable) {
        let reserved = row.window.reserved > 0 ? " + \(row.window.reserved) reserved" : ""
        table.add([
            name(of: row), limit, "\(row.window.used)\(reserved)", "\(row.remaining)",
            row.resetsAt.map { wait(until: $0) } ?? "–",
        ])
    }

    private func wait(until end: Timestamp) -> String {
        let microseconds = Int((end - time).microseconds)
        let minutes = microseconds / 60_000_000
        return minutes < 60
            ? Format.time(microseconds: microseconds) : "\(minutes / 60) h \(minutes % 60) min"
    }

    private func name(of row: Row) -> String {
        row.provider + (row.model.map { ":\($0)" } ?? "")
            + (row.key == 0 ? "" : " key \(row.key + 1)")
    }

    private var warnings: String {
        let lines = rows.filter { $0.share >= 800_000 }.map { row in
            let part =
                row.remaining == 0
                ? "is used up" : "is \(Format.percent(millionths: row.share)) used"
            let until = row.resetsAt.map { " until \($0)" } ?? ""
            return "  \(Format.plain(name(of: row))): \(row.kind.name) \(part)\(until); "
                + "the chain's next entries take over\n"
        }
        return lines.isEmpty ? "" : "\nWarnings\n" + lines.joined()
    }
}
