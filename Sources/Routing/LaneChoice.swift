import Events
import RouterState

/// Which of a provider's lanes an attempt takes.
///
/// Of those that are not held and have room, those that don't rest; of them the one with the least
/// work in it: the attempts that would run there times the usual time to the first byte, by weight.
/// Where that is equal, the one that was used least.
struct LaneChoice {
    let reference: ModelReference
    let provider: ProviderPolicy
    /// The tokens that quotas would hold.
    let tokens: Int
    let state: RouterState
    let now: Timestamp

    private var keys: Range<Int> { provider.keys }

    /// Chooses.
    ///
    /// - Parameters:
    ///   - last: the one that just failed, if one did.
    ///   - usual: the one that holds the conversation's cache, which is taken unless it rests.
    /// - Returns: the lane to take; `nil` when none is open.
    func best(besides last: Int? = nil, before usual: Int? = nil) -> Int? {
        let open = keys.filter { $0 != last && isOpen($0) }
        if let usual, open.contains(usual),
            !state.lanes.of(reference.provider, usual).isResting(at: now)
        {
            return usual
        }
        guard open.count > 1 else { return open.first }
        let known = open.compactMap { key -> Int? in
            let latency = state.lanes.of(reference.provider, key).latencyMicroseconds
            return latency > 0 ? latency : nil
        }
        // One of which nothing is known is taken for as quick as the quickest, so that it is tried.
        let quickest = known.min() ?? 1
        return open.min { order(of: $0, quickest) < order(of: $1, quickest) }
    }

    /// Whether a lane is left for a request that failed in another: a held key leaves every other one,
    /// a failing server only those at other addresses.
    func hasOther(than last: Int, after failure: FailureKind) -> Bool {
        keys.contains { key in
            guard key != last, isOpen(key) else { return false }
            switch failure.fault {
            case .key, .rate: return true
            case .provider:
                let lanes = provider.lanes
                return lanes.indices.contains(last) && lanes[key].endpoint != lanes[last].endpoint
                    && !state.lanes.of(reference.provider, key).isResting(at: now)
            case .request, .model, .attempt, .gateway: return false
            }
        }
    }

    private func isOpen(_ key: Int) -> Bool {
        state.holds.keyRejected(reference.provider, key: key, at: now) == nil
            && state.holds.rateLimited(reference, key: key, at: now) == nil
            && hasRoom(in: key, at: now)
    }

    /// Whether a lane's quotas have room at an instant.
    func hasRoom(in key: Int, at now: Timestamp) -> Bool {
        state.quotas.shortage(
            at: reference.model,
            of: provider,
            key: key,
            tokens: tokens,
            now: now
        ) == nil
    }

    private typealias Order = (rest: Int, work: Int, begun: Int, key: Int)

    private func order(of key: Int, _ quickest: Int) -> Order {
        let record = state.lanes.of(reference.provider, key)
        let weight = max(1, provider.lanes[key].weight)
        let running = state.inFlight.attempts(at: reference.provider, lane: key)
        let latency = record.latencyMicroseconds > 0 ? record.latencyMicroseconds : quickest
        return (
            rest: record.isResting(at: now) ? 1 : 0,
            work: Self.product(running.addingClamped(1), Self.rounded(latency), weight),
            begun: Self.product(record.begun, 1, weight),
            key: key
        )
    }

    /// The product by the weight; a number that does not fit is more than any true one.
    private static func product(_ count: Int, _ factor: Int, _ weight: Int) -> Int {
        Int(clamping: Int128(count) * Int128(factor) * 1_000 / Int128(weight))
    }

    /// With two significant bits after the first: times that differ by less are taken for equal, so
    /// that the least used lane comes next, not the one that was a little quicker.
    private static func rounded(_ latency: Int) -> Int {
        let shift = max(0, Int.bitWidth - 3 - latency.leadingZeroBitCount)
        return (latency >> shift) << shift
    }
}

extension ProviderPolicy {
    /// The indices of its lanes: one of them where the policy names none.
    var keys: Range<Int> { 0..<max(1, lanes.count) }
    /// Whether there are several.
    var hasLanes: Bool { lanes.count > 1 }
}
