public import Events

/// What is remembered of one model at one provider.
public struct ModelRecord: Hashable, Sendable {
    /// After how much of the events' time what was seen counts half.
    public static let halfLife = Duration.seconds(6 * 3_600)
    /// One observation, in the unit of the counts: they can be halved ten times before they are 0.
    static let weight = 1_024

    /// The half-life that the counts are of.
    var epoch: Int64 = 0
    /// Attempts that succeeded, faded.
    var successes = 0
    /// Attempts that failed by the provider's fault, faded.
    var failures = 0
    /// Output tokens of successful attempts, faded.
    var tokens = 0
    /// The microseconds in which they came, faded.
    var tokenMicroseconds = 0
    /// Times of successful attempts.
    var durations = LatencyHistogram()
    /// Times to the first byte of answers.
    var firstBytes = LatencyHistogram()
    /// Times to the first content of streamed answers, and those after which nobody waited any longer:
    /// without them a model that grows slow would look as quick as before.
    var firstTokens = LatencyHistogram()
    /// Times of unstreamed answers, and likewise those after which nobody waited any longer.
    var wholeAnswers = LatencyHistogram()
    /// Output tokens of successful answers.
    var outputs = TokenHistogram()
    /// What people thought of the answers: all, then by kind of work.
    var quality: [Quality] = []

    /// Nothing remembered.
    public init() {}

    init(epoch: Int64) { self.epoch = epoch }

    /// About how many attempts the figures rest on, by their faded weight.
    public var attempts: Int { successes.addingClamped(failures) / Self.weight }

    /// The share of attempts that succeeded, in millionths; `nil` without any.
    public var successRate: Int? {
        let all = Int128(successes) + Int128(failures)
        return all == 0 ? nil : Int(Int128(successes) * 1_000_000 / all)
    }

    /// The time in which a share of successful attempts ended, in microseconds; `nil` without any.
    ///
    /// - Parameter percent: from 1 to 100.
    /// - Returns: the upper end of its bucket, so at most a quarter too long.
    public func duration(percent: Int) -> Int? { durations.percentile(percent) }

    /// The time to the first byte in which a share of answers began, in microseconds.
    public func firstByte(percent: Int) -> Int? { firstBytes.percentile(percent) }

    /// The time to the first content in which a share of streamed answers began, in microseconds; `nil`
    /// where fewer were seen than a percentile can rest on.
    public func firstToken(percent: Int) -> Int? { firstTokens.percentile(percent, of: Self.few) }

    /// The time in which a share of unstreamed answers came, in microseconds; `nil` likewise.
    public func wholeAnswer(percent: Int) -> Int? { wholeAnswers.percentile(percent, of: Self.few) }

    /// The output tokens that a share of answers did not pass; `nil` likewise.
    public func outputTokens(percent: Int) -> Int? { outputs.percentile(percent, of: Self.few) }

    /// How many observations, by their faded weight, a percentile of the slow ones needs at least.
    private static let few = 10

    /// Output tokens in a thousand seconds of answering; `nil` when none were counted.
    public var tokensPerThousandSeconds: Int? {
        guard tokens > 0, tokenMicroseconds > 0 else { return nil }
        return Int(clamping: Int128(tokens) * 1_000_000_000 / Int128(tokenMicroseconds))
    }

    /// The moving average of the scores, in millionths, and how many there were.
    ///
    /// For a kind of work where it was judged, else for all; `nil` without any.
    public func quality(for task: TaskType?) -> (average: Int, scores: Int)? {
        let found = quality.first { $0.task == task } ?? quality.first { $0.task == nil }
        return found.map { ($0.average, $0.scores) }
    }

    mutating func add(_ attempt: AttemptFinished, isStreamed: Bool) {
        guard attempt.failure == nil else {
            if attempt.failure == .firstTokenTimeout {
                addWait(attempt.totalMicroseconds, isStreamed: isStreamed)
            }
            return failures.addClamped(Self.weight)
        }
        successes.addClamped(Self.weight)
        durations.add(attempt.totalMicroseconds)
        if let first = attempt.firstByteMicroseconds {
            firstBytes.add(first)
            addWait(first, isStreamed: isStreamed)
        }
        if let output = attempt.usage.output, output > 0 { outputs.add(output) }
        if let output = attempt.usage.output, output > 0, attempt.totalMicroseconds > 0 {
            tokens.addClamped(output)
            tokenMicroseconds.addClamped(attempt.totalMicroseconds)
        }
    }

    /// Takes in how long was waited until an answer began, or in vain.
    private mutating func addWait(_ microseconds: Int, isStreamed: Bool) {
        if isStreamed { firstTokens.add(microseconds) } else { wholeAnswers.add(microseconds) }
    }

    mutating func add(score: Int, task: TaskType?) {
        let score = min(1_000_000, max(0, score))
        for key in task == nil ? [nil] : [nil, task] {
            if let index = quality.firstIndex(where: { $0.task == key }) {
                quality[index].add(score)
            } else {
                quality.append(Quality(task: key, average: score, scores: 1))
            }
        }
    }

    /// Lets the record fade to an epoch and changes it; an earlier epoch, which a clock that was set
    /// back gives, changes nothing but what is added.
    mutating func change(in epoch: Int64, _ change: (inout ModelRecord) -> Void) {
        if epoch > self.epoch {
            let (halvings, overflow) = epoch.subtractingReportingOverflow(self.epoch)
            fade(by: overflow ? 63 : Int(min(63, halvings)))
            self.epoch = epoch
        }
        change(&self)
    }

    private mutating func fade(by halvings: Int) {
        successes >>= halvings
        failures >>= halvings
        tokens >>= halvings
        tokenMicroseconds >>= halvings
        durations.fade(by: halvings)
        firstBytes.fade(by: halvings)
        firstTokens.fade(by: halvings)
        wholeAnswers.fade(by: halvings)
        outputs.fade(by: halvings)
    }

    static func epoch(of time: Timestamp) -> Int64 {
        time.microseconds / halfLife.microseconds
    }
}

/// A moving average of scores.
struct Quality: FieldRecord {
    /// An average of so many scores forgets as fast as it learns.
    static let memory = 20

    /// The kind of work; absent for all.
    var task: TaskType?
    /// In millionths.
    var average = 0
    /// How many scores there were.
    var scores = 0

    init() {}

    init(task: TaskType?, average: Int, scores: Int) {
        self.task = task
        self.average = average
        self.scores = scores
    }

    /// The plain mean of the first scores; from `memory` on, each weighs a twentieth.
    mutating func add(_ score: Int) {
        scores.addClamped(1)
        average = min(1_000_000, max(0, average))
        average += (score - average) / min(Self.memory, max(1, scores))
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "task", &task)
        visitor.field(2, "average_ppm", &average)
        visitor.field(3, "scores", &scores)
    }
}

extension ModelRecord: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "epoch", &epoch)
        visitor.field(2, "successes", &successes)
        visitor.field(3, "failures", &failures)
        visitor.field(4, "tokens", &tokens)
        visitor.field(5, "token_us", &tokenMicroseconds)
        visitor.field(6, "durations", &durations)
        visitor.field(7, "first_bytes", &firstBytes)
        visitor.field(8, "quality", &quality)
        visitor.field(9, "first_tokens", unlessEmpty: &firstTokens)
        visitor.field(10, "whole_answers", unlessEmpty: &wholeAnswers)
        visitor.field(11, "outputs", unlessEmpty: &outputs)
    }
}
