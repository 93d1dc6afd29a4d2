public import Events

/// Who has judged which answers with which score, so that each judge counts once, and no answer gets judges
/// without end.
///
/// In two halves, like `Conversations`, so that what is forgotten is the same in every replay: an answer of which
/// as many as a half holds were judged since may be judged once more.
public struct Judgements: Hashable, Sendable {
    /// The most scores of a half; the state is kept in one record, which must stay small.
    static let halfLimit = 8_192

    private var young: [UInt64: JudgedAnswer] = [:]
    private var old: [UInt64: JudgedAnswer] = [:]

    /// Nobody has judged anything.
    public init() {}

    /// The scores that are known of a request, each with a fingerprint of its judge.
    private func scores(of request: UInt64) -> [JudgedAnswer.Score] {
        (young[request]?.scores ?? []) + (old[request]?.scores ?? [])
    }

    /// What a judgement is beside those that are known.
    public enum Standing: Sendable {
        /// The first of its judge.
        case new
        /// The same score by the same judge: a message that was sent twice.
        case repeated
        /// Another score by the same judge.
        case contradicted
        /// One judge too many.
        case crowded
    }

    /// What a judgement is beside those that are known.
    public func standing(of feedback: FeedbackReceived) -> Standing {
        let scores = scores(of: Self.fingerprint(feedback.request.description))
        let judge = Self.fingerprint(feedback.source)
        if let own = scores.first(where: { $0.judge == judge }) {
            return own.score == feedback.score ? .repeated : .contradicted
        }
        return scores.count < FeedbackReceived.judgeLimit ? .new : .crowded
    }

    mutating func record(_ feedback: FeedbackReceived) {
        // Logs of before had no limit.
        guard case .new = standing(of: feedback) else { return }
        if young.values.reduce(0, { $0 + $1.scores.count }) >= Self.halfLimit {
            old = young
            young = [:]
        }
        let score = JudgedAnswer.Score(
            judge: Self.fingerprint(feedback.source),
            score: feedback.score
        )
        let request = Self.fingerprint(feedback.request.description)
        young[request, default: JudgedAnswer()].scores.append(score)
    }

    /// FNV-1a, the same in every build.
    private static func fingerprint(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

extension Judgements: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "young", &young)
        visitor.table(2, "old", &old)
    }
}

/// The scores of one answer.
private struct JudgedAnswer: Hashable, FieldRecord {
    struct Score: Hashable, FieldRecord {
        var judge: UInt64 = 0
        var score = 0

        init() {}

        init(judge: UInt64, score: Int) {
            self.judge = judge
            self.score = score
        }

        mutating func visit(_ visitor: inout some FieldVisitor) {
            visitor.field(1, "judge", &judge)
            visitor.field(2, "score_ppm", &score)
        }
    }

    var scores: [Score] = []

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "scores", &scores)
    }
}
