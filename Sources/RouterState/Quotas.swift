public import Events

/// How much of the providers' quotas is used and held, by provider, key and model.
///
/// Only what is limited is counted: by the policy in force, or by a limit that a provider told. An
/// attempt reserves when it starts, and what it really used takes the place of that when it ends;
/// both in the windows in which it began.
public struct Quotas: Hashable, Sendable {
    /// The most owners that are kept while some of their windows are over: a told limit adds one for
    /// each model, and clients choose models.
    static let lineLimit = 1_000

    private var lines: [QuotaOwner: QuotaLine] = [:]

    /// Nothing counted.
    public init() {}

    /// Whether nothing is counted.
    public var isEmpty: Bool { lines.isEmpty }

    /// The owners, in order.
    public var owners: [QuotaOwner] { lines.keys.sorted() }

    /// A window of an owner at an instant; an empty one when nothing is counted.
    public func window(of owner: QuotaOwner, _ kind: QuotaKind, at now: Timestamp) -> QuotaWindow {
        lines[owner]?[kind].at(now) ?? QuotaWindow()
    }

    /// The sum of what attempts under way hold, of all kinds; 0 when none is.
    public var reserved: Int {
        lines.values.reduce(0) { sum, line in
            QuotaKind.allCases.reduce(sum) { $0.addingClamped(line[$1].reserved) }
        }
    }

    /// The first quota that has no room for a request at a model of a provider; `nil` when it fits.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - provider: the policy of its provider.
    ///   - key: which of the provider's keys.
    ///   - tokens: what the request would reserve.
    ///   - now: the time of the decision.
    /// - Returns: the quota with its figures, and when it resets; `nil` for one that would have
    ///   no room even then.
    public func shortage(
        at model: String,
        of provider: ProviderPolicy,
        key: Int = 0,
        tokens: Int,
        now: Timestamp
    ) -> (shortage: LimitShortage, until: Timestamp?)? {
        guard provider.isLimited || !lines.isEmpty else { return nil }
        for owner in [
            QuotaOwner(provider: provider.name, key: key),
            QuotaOwner(provider: provider.name, model: model, key: key),
        ] {
            let limits = provider.limits(of: owner)
            let line = lines[owner]
            guard limits != nil || line != nil else { continue }
            for kind in QuotaKind.allCases {
                let window = line?[kind].at(now) ?? QuotaWindow()
                guard let limit = window.limit(configured: limits?[kind]) else { continue }
                // A limit that nobody configured is the provider's to enforce: reservations, which
                // are bounds, hold nothing back there before it is used up.
                let isBound = limits?[kind] != nil
                let needed = kind.countsTokens ? (isBound ? tokens : 1) : 1
                let taken = isBound || !kind.countsTokens ? window.taken : window.used
                guard taken.addingClamped(needed) > limit else { continue }
                var shortage = LimitShortage()
                shortage.name = owner.model.isEmpty ? kind.name : "\(owner.model) \(kind.name)"
                shortage.limit = Int64(limit)
                shortage.used = Int64(window.used)
                shortage.reserved = Int64(window.reserved)
                shortage.needed = Int64(needed)
                let isHopeless = needed > limit || !window.covers(now)
                return (shortage, isHopeless ? nil : window.end)
            }
        }
        return nil
    }

    /// Holds what an attempt reserves.
    ///
    /// - Returns: which lines hold it, for `release`.
    mutating func reserve(
        _ attempt: AttemptStarted,
        at now: Timestamp,
        _ provider: ProviderPolicy?
    ) -> HeldLines {
        let tokens = max(0, attempt.reservedTokens ?? 0)
        let whole = QuotaOwner(provider: attempt.provider, key: attempt.key)
        var own = whole
        own.model = attempt.model
        var held = HeldLines.none
        for (owner, place) in [(whole, HeldLines.provider), (own, .model)]
        where lines[owner] != nil || provider?.limits(of: owner) != nil {
            makeRoom(for: owner, at: now)
            lines[owner, default: QuotaLine()]
                .reserve(tokens: tokens, at: now, provider?.quotaReset)
            held.insert(place)
        }
        return held
    }

    /// Gives back what a running attempt holds.
    mutating func release(_ running: RunningAttempt) {
        for owner in running.quotaOwners {
            lines[owner]?.release(tokens: running.reservedTokens, since: running.started)
        }
    }

    /// Counts what an attempt used, whose reservation is given back.
    mutating func settle(
        _ running: RunningAttempt,
        _ attempt: AttemptFinished,
        _ provider: ProviderPolicy?
    ) {
        guard running.heldLines != .none else { return }
        let use = QuotaUse(
            attempt,
            reserved: running.reservedTokens,
            countsCached: provider?.countsCachedInput ?? true
        )
        for owner in running.quotaOwners { lines[owner]?.settle(use, since: running.started) }
    }

    /// Takes the provider's word for what is left to a model, and to the whole provider where that
    /// has a limit of this kind.
    mutating func apply(_ tick: QuotaTick, at now: Timestamp, _ provider: ProviderPolicy?) {
        let whole = QuotaOwner(provider: tick.provider, key: tick.key)
        let own = QuotaOwner(provider: tick.provider, model: tick.model, key: tick.key)
        makeRoom(for: own, at: now)
        lines[own, default: QuotaLine()].correct(
            tick,
            limit: provider?.limits(of: own)?[tick.kind],
            at: now,
            provider?.quotaReset
        )
        guard let limit = provider?.limits?[tick.kind] else { return }
        var told = tick
        // The limit that was told is the model's; of the provider's, at least as much is used.
        told.limit = nil
        if let modelLimit = tick.limit {
            told.remaining = limit.subtractingClamped(
                modelLimit.subtractingClamped(tick.remaining)
            )
        }
        lines[whole, default: QuotaLine()].correct(
            told,
            limit: limit,
            at: now,
            provider?.quotaReset
        )
    }

    /// Remembers that somebody was warned.
    mutating func apply(_ warned: QuotaWarned, at now: Timestamp) {
        let owner = QuotaOwner(
            provider: warned.provider,
            model: warned.model ?? "",
            key: warned.key
        )
        guard lines[owner]?[warned.kind].covers(now) == true else { return }
        lines[owner]?[warned.kind].warned = warned.percent
    }

    private mutating func makeRoom(for owner: QuotaOwner, at now: Timestamp) {
        guard lines.count >= Self.lineLimit, lines[owner] == nil else { return }
        lines = lines.filter { !$0.value.isOver(at: now) }
    }

    func line(of owner: QuotaOwner) -> QuotaLine? { lines[owner] }
}

/// Which lines hold an attempt's reservation.
struct HeldLines: OptionSet, Hashable {
    var rawValue: Int
    static let none: HeldLines = []
    static let provider = HeldLines(rawValue: 1)
    static let model = HeldLines(rawValue: 2)
}

extension RunningAttempt {
    /// Whose quotas hold it.
    fileprivate var quotaOwners: [QuotaOwner] {
        guard heldLines != .none else { return [] }
        var owners: [QuotaOwner] = []
        if heldLines.contains(.provider) {
            owners.append(QuotaOwner(provider: provider, key: key))
        }
        if heldLines.contains(.model) {
            owners.append(QuotaOwner(provider: provider, model: model, key: key))
        }
        return owners
    }
}

extension ProviderPolicy {
    /// Whether any of its quotas is configured.
    public var isLimited: Bool { limits != nil || !modelLimits.isEmpty }

    /// The configured limits of an owner at this provider.
    public func limits(of owner: QuotaOwner) -> RateLimits? {
        owner.model.isEmpty ? limits : modelLimits.first { $0.model == owner.model }?.limits
    }
}

extension Quotas: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var table = lines.sorted { $0.key < $1.key }.map {
            OwnedLine(owner: $0.key, line: $0.value)
        }
        visitor.field(1, "lines", &table)
        lines = Dictionary(table.map { ($0.owner, $0.line) }) { _, last in last }
    }
}

/// A line of the table, with whose it is.
private struct OwnedLine: FieldRecord {
    var owner = QuotaOwner()
    var line = QuotaLine()

    init() {}

    init(owner: QuotaOwner, line: QuotaLine) {
        self.owner = owner
        self.line = line
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "owner", &owner)
        visitor.field(2, "line", &line)
    }
}
