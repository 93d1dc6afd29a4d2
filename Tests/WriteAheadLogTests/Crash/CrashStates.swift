import TestSupport

/// The states in which a power cut may leave a disk at one moment of a trace.
struct CrashStates {
    /// Most states by answers at one moment.
    ///
    /// Where there are more, these are visited: everything lost, everything kept, everything up to
    /// each moment in order, each single answer against those two backgrounds, and random ones.
    let limit: Int
    /// Whether a write is torn at every byte, or only between sectors.
    var tearsBytes = true
    var draw: SeededRandom

    /// Visits states; `next` is the call during which the power goes.
    mutating func forEach(
        _ model: DiskModel,
        during next: DiskChange?,
        _ body: (DiskImage) -> Void
    ) {
        let survival = Survival(model)
        let all = survival.combinations(upTo: limit)
        if all < limit {
            everyCombination(survival.counts) { body(survival.image($0)) }
        } else {
            sample(survival) { body(survival.image($0)) }
        }
        guard case .write(let inode, let offset, let bytes)? = next else { return }
        tear(bytes) { count in
            let torn = Survival.TornWrite(inode: inode, offset: offset, bytes: bytes[..<count])
            for answers in backgrounds(survival) { body(survival.image(answers, torn: torn)) }
        }
    }

    private func everyCombination(_ counts: [Int], _ body: ([Int]) -> Void) {
        var answers = counts.map { _ in 0 }
        while true {
            body(answers)
            guard let place = answers.indices.first(where: { answers[$0] + 1 < counts[$0] }) else {
                return
            }
            answers[place] += 1
            for lower in 0..<place { answers[lower] = 0 }
        }
    }

    private mutating func sample(_ survival: Survival, _ body: ([Int]) -> Void) {
        let counts = survival.counts
        var seen: Set<[Int]> = []
        func visit(_ answers: [Int]) { if seen.insert(answers).inserted { body(answers) } }
        let nothing = counts.map { _ in 0 }
        let everything = counts.map { $0 - 1 }
        visit(nothing)
        visit(everything)
        for change in survival.changes { visit(survival.answers(through: change)) }
        for (place, count) in counts.enumerated() {
            for answer in 0..<count {
                for var answers in [nothing, everything] {
                    answers[place] = answer
                    visit(answers)
                }
            }
        }
        // The product is at least the limit, so this ends.
        while seen.count < limit {
            visit(counts.map { Int(draw.next() % UInt64($0)) })
        }
    }

    /// What else may have happened when a write is torn: nothing, everything, and one at random.
    private mutating func backgrounds(_ survival: Survival) -> [[Int]] {
        let counts = survival.counts
        return [
            counts.map { _ in 0 }, counts.map { $0 - 1 },
            counts.map { Int(draw.next() % UInt64($0)) },
        ]
    }

    /// Each number of bytes that can be told apart from others: within zeroes, only whole sectors.
    private func tear(_ bytes: [UInt8], _ body: (Int) -> Void) {
        for count in 1..<max(1, bytes.count)
        where count % DiskModel.sectorSize == 0 || (tearsBytes && bytes[count - 1] != 0) {
            body(count)
        }
    }
}
