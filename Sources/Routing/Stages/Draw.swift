import Events
import RouterState

/// The last stage: chooses among the ranked candidates, the first or by exploration another.
///
/// A model that the client named is not explored away from, nor is the provider that answered its
/// conversation: its cache is what the conversation stays for. With `local_first` no hosted one is drawn while
/// a local one can answer. Nor is a provider at capacity drawn beside one with room: a request would wait in
/// its queue for the sake of learning.
func draw(_ draft: inout DecisionDraft, seed: UInt64, in context: RoutingContext) {
    guard let first = draft.candidates.first else { return }
    let isOpen = draft.strategy != .explicit && draft.affinity?.isKept != true
    var eligible = draft.candidates.count
    if context.policy.policy.mode == .localFirst, context.isLocal(first.provider) {
        let hosted = draft.candidates.firstIndex { !context.isLocal($0.provider) }
        eligible = hosted ?? eligible
    }
    if let saturated = draft.candidates.firstIndex(where: \.isBusy), saturated > 0 {
        eligible = min(eligible, saturated)
    }
    let exploration = Exploration(
        count: draft.candidates.count,
        eligible: eligible,
        policy: isOpen ? context.policy.policy.exploration : nil
    )
    draft.floor = exploration.floor
    for (index, probability) in exploration.probabilities.enumerated() {
        draft.candidates[index].probability = probability
    }
    draft.chosen = exploration.draw(seed: seed)
}

/// Chooses which candidate is asked first: the best one, or now and then another of the best.
///
/// Each of the first `arms` candidates gets at least the floor; the best gets what is left. The
/// candidates behind them get nothing. All of it is integer arithmetic on the recorded seed.
private struct Exploration {
    /// The whole, in millionths.
    static let whole = 1_000_000

    /// The probability of each candidate, best first; they sum to a million.
    let probabilities: [Int]
    /// The least probability of an arm; 0 without exploration.
    let floor: Int

    /// - Parameters:
    ///   - count: the candidates; at least one.
    ///   - eligible: how many of the first ones may be drawn; at least one.
    ///   - policy: how much is explored; `nil` for nothing.
    init(count: Int, eligible: Int, policy: ExplorationPolicy?) {
        var probabilities = [Int](repeating: 0, count: count)
        let arms = min(eligible, count, max(1, policy?.arms ?? 1))
        // A floor that the arms can't all have becomes an equal share.
        let floor = arms > 1 ? min(max(0, policy?.floor ?? 0), Self.whole / arms) : 0
        if floor > 0 {
            for arm in 1..<arms { probabilities[arm] = floor }
        }
        probabilities[0] = Self.whole - floor * (arms - 1)
        self.probabilities = probabilities
        self.floor = floor
    }

    /// The index that a seed draws.
    func draw(seed: UInt64) -> Int {
        // The high half of the product is the seed's share of a million, without a division's bias.
        var point = Int(Self.mixed(seed).multipliedFullWidth(by: UInt64(Self.whole)).high)
        for (index, probability) in probabilities.enumerated() {
            if point < probability { return index }
            point -= probability
        }
        return 0
    }

    /// SplitMix64's finalizer, so that seeds that are alike draw differently.
    ///
    /// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators",
    /// OOPSLA 2014, figure 17.
    private static func mixed(_ seed: UInt64) -> UInt64 {
        var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
