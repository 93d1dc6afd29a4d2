import Events
import RouterState

/// Which of a provider's lanes an attempt takes.
///
/// Of those that are not held and have room, those that are not on cooldown; of them the one with the least
/// load: the attempts that would run there times the mean time to the first byte, by weight. Where that is
/// equal, the least used one.
struct LaneChoice {
    let reference: ModelReference
    let provider: ProviderPolicy
    /// The tokens that quotas would hold.
    let tokens: Int
    let context: RoutingContext

    private var keys: Range<Int> { provider.keys }

    /// Chooses.
    ///
    /// - Parameters:
    ///   - failed: the one that just failed, if one did.
    ///   - preferred: the one that holds the conversation's cache, which is taken unless it is on cooldown.
    /// - Returns: the lane to take; `nil` when none is open.
    func best(excluding failed: Int? = nil, preferring preferred: Int? = nil) -> Int? {
        let open = keys.filter { $0 != failed && isOpen($0) }
        if let preferred, open.contains(preferred), !isResting(preferred) { return preferred }
        guard open.count > 1 else { return open.first }
        let known = open.compactMap { key -> Int? in
            let latency = record(of: key).latencyMicroseconds
            return latency > 0 ? latency : nil
        }
        // One of which nothing is known is taken to be as fast as the fastest, so that it is tried.
        let fastest = known.min() ?? 1
        return open.min { order(of: $0, fastest) < order(of: $1, fastest) }
    }

    /// Whether a lane is left for a request that failed in another: a held key leaves every other one,
    /// a failing server only those at other addresses.
    func hasOther(than failed: Int, after failure: FailureKind) -> Bool {
        keys.contains { key in
            guard key != failed, isOpen(key) else { return false }
            switch failure.fault {
            case .key, .rate: return true
            case .provider:
                let lanes = provider.lanes
                return lanes.indices.contains(failed)
                    && lanes[key].endpoint != lanes[failed].endpoint && !isResting(key)
            case .request, .model, .attempt, .gateway: return false
            }
        }
    }

    private func isOpen(_ key: Int) -> Bool {
        !context.isHeld(reference, key: key) && hasRoom(in: key, at: context.now)
    }

    private func isResting(_ key: Int) -> Bool { record(of: key).isResting(at: context.now) }

    private func record(of key: Int) -> LaneRecord {
        context.state.lanes.of(reference.provider, key)
    }

    /// Whether a lane's quotas have room at an instant.
    func hasRoom(in key: Int, at now: Timestamp) -> Bool {
        context.state.quotas.shortage(
            at: reference.model,
            of: provider,
            key: key,
            tokens: tokens,
            now: now
        ) == nil
    }

    private typealias Order = (rest: Int, load: Int, begun: Int, key: Int)

    private func order(of key: Int, _ fastest: Int) -> Order {
        let record = record(of: key)
        let weight = max(1, provider.lanes[key].weight)
        let running = context.state.inFlight.attempts(at: reference.provider, lane: key)
        let latency = record.latencyMicroseconds > 0 ? record.latencyMicroseconds : fastest
        return (
            rest: record.isResting(at: context.now) ? 1 : 0,
            load: Self.product(running.addingClamped(1), Self.rounded(latency), weight),
            begun: Self.product(record.begun, 1, weight),
            key: key
        )
    }

    /// The product by the weight; a number that does not fit is more than any true one.
    private static func product(_ count: Int, _ factor: Int, _ weight: Int) -> Int {
        Int(clamping: Int128(count) * Int128(factor) * 1_000 / Int128(weight))
    }

    /// With two significant bits after the first: times that differ by less are taken for equal, so
    /// that the least used lane comes next, not the one that was a little faster.
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
