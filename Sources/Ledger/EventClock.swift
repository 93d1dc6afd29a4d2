import Events
import Platform
import RouterState

/// The time that events are stamped with: the wall clock's, but it never goes back, never stands, and
/// never leaps further ahead than is believed.
///
/// When the wall clock is set back, or the log was written under one that was ahead, time goes on from
/// the last event at the pace of a clock that can't be set, until the wall clock has caught up. If it
/// stood instead, nothing that waits for a time (breakers, holds, days) would end meanwhile.
///
/// A time once written stays for ever, so one that is far ahead is doubted first: time goes on at that
/// pace too, and the clock is believed again when it comes back, when the kernel says that a time server
/// keeps it, or when the operator says that it is right.
struct EventClock {
    /// How far a running process believes the wall clock to leap beyond the clock that can't be set, in
    /// all within as long a time: a virtual machine that was paused for days may, and what a wrong leap
    /// of a week does is over in a week.
    static let leapLimit = Duration.seconds(7 * 86_400)
    /// How long after the last event a start believes to be.
    ///
    /// Nothing that can't be set has run in between. A gateway may stand still for a holiday; after longer than two months somebody is to look.
    static let stopLimit = Duration.seconds(62 * 86_400)
    /// How far behind the log's time the wall clock may be before that is told: more than an hour that
    /// was mistaken for summer time.
    static let lagLimit = Duration.seconds(2 * 3_600)

    /// A reading of the wall clock that time goes on without.
    struct Doubt: Equatable {
        var wall: Timestamp
        var expected: Timestamp

        var isAhead: Bool { wall > expected }
    }

    private var last: Timestamp
    private var lastElapsed: Int64
    /// How far the wall clock may leap ahead now, in microseconds.
    private var credit: Int64
    /// Whether a reading was believed, after which other leaps are possible than between two processes.
    private var hasBelieved = false
    /// What is doubted now; `nil` while the clocks agree.
    private(set) var doubt: Doubt?
    /// What was made of the wall clock since the log was last told.
    var judgements: [ClockJudged] = []

    /// A clock that shows no time before `time`, the last event's; 1970 stands for no event.
    ///
    /// - Parameters:
    ///   - time: the last event's time.
    ///   - doubted: what the process before doubted of the wall clock to the end. What it did not
    ///     believe to be ahead is not believed because of a restart; a clock that was behind may well
    ///     have been set right, and stood still for as long as any.
    ///   - elapsed: the reading of the clock that can't be set.
    init(
        after time: Timestamp,
        doubted: ClockJudged? = nil,
        elapsed: Int64 = Clocks.elapsedMicroseconds
    ) {
        last = time
        lastElapsed = elapsed
        if time.microseconds == 0 {
            credit = .max
            return
        }
        let wasAhead = doubted.map { $0.clock > $0.expected } ?? false
        credit = (wasAhead ? Self.leapLimit : Self.stopLimit).microseconds
        if doubted != nil { doubt = Doubt(wall: time, expected: time) }
    }

    /// The time now, by the machine's clocks.
    mutating func now() -> Timestamp {
        now(wall: Clocks.wall, elapsed: Clocks.elapsedMicroseconds)
    }

    /// The time at a reading of both clocks, of which the second is in microseconds and never set.
    mutating func now(wall: Timestamp, elapsed: Int64) -> Timestamp {
        let passed = max(0, elapsed.subtractingClamped(lastElapsed))
        lastElapsed = elapsed
        let paced = last.advanced(byMicroseconds: passed)
        let lead = wall.microseconds.subtractingClamped(paced.microseconds)
        if hasBelieved {
            credit = min(Self.leapLimit.microseconds, credit.addingClamped(passed))
        }
        guard lead <= credit, lead >= -Self.lagLimit.microseconds else {
            last = paced
            if doubt == nil { judge(.doubted, wall, paced) }
            doubt = Doubt(wall: wall, expected: paced)
            return last
        }
        last = max(wall, paced)
        if doubt != nil {
            doubt = nil
            judge(.agreed, wall, paced)
        }
        if hasBelieved {
            credit -= max(0, lead)
        } else {
            hasBelieved = true
            credit = Self.leapLimit.microseconds
        }
        return last
    }

    /// Goes to the wall clock where it is ahead and doubted, because there is other evidence for it.
    mutating func believe(_ verdict: ClockVerdict, wall: Timestamp, elapsed: Int64) {
        let paced = now(wall: wall, elapsed: elapsed)
        guard let doubt, doubt.isAhead else { return }
        judge(verdict, wall, paced)
        last = wall
        self.doubt = nil
        hasBelieved = true
        credit = Self.leapLimit.microseconds
    }

    private mutating func judge(_ verdict: ClockVerdict, _ wall: Timestamp, _ paced: Timestamp) {
        var judged = ClockJudged()
        judged.verdict = verdict
        judged.clock = wall
        judged.expected = paced
        judgements.append(judged)
    }
}
