import Events
import TestSupport
import Testing

@testable import RouterState

@Suite("Who has judged")
struct JudgementTests {
    private static func feedback(
        _ request: UInt64,
        _ score: Int = 0,
        by source: String = "user"
    ) -> FeedbackReceived {
        var feedback = FeedbackReceived()
        feedback.request = RequestID(time: Timestamp(microseconds: 1_000_000), random: (0, request))
        feedback.score = score
        feedback.source = source
        return feedback
    }

    private static func state(_ given: [FeedbackReceived]) -> RouterState {
        var state = RouterState()
        for (index, one) in given.enumerated() {
            state.apply(
                .feedbackReceived(one),
                at: Timestamp(microseconds: 0),
                sequence: UInt64(index + 1)
            )
        }
        return state
    }

    @Test func `each judge counts once for each answer`() {
        let known = Self.state([Self.feedback(1), Self.feedback(1, 7, by: "judge")]).judgements
        #expect(known.standing(of: Self.feedback(1)) == .repeated)
        #expect(known.standing(of: Self.feedback(1, 1)) == .contradicted)
        #expect(known.standing(of: Self.feedback(1, 7, by: "judge")) == .repeated)
        #expect(known.standing(of: Self.feedback(1, 7, by: "another")) == .new)
        #expect(known.standing(of: Self.feedback(2)) == .new)
    }

    @Test func `an answer has so many judges and no more`() {
        let judges = (0..<300).map { Self.feedback(1, $0, by: "judge \($0)") }
        let known = Self.state(judges).judgements
        let limit = FeedbackReceived.judgeLimit
        for (place, one) in judges.enumerated() {
            #expect(known.standing(of: one) == (place < limit ? .repeated : .crowded))
        }
    }

    @Test func `what is kept is bounded, and the newest is among it`() throws {
        let count = UInt64(Judgements.halfLimit * 5 / 2)
        let state = Self.state((0..<count).map { Self.feedback($0) })
        #expect(state.judgements.standing(of: Self.feedback(count - 1)) == .repeated)
        let newest = count - UInt64(Judgements.halfLimit)
        #expect(state.judgements.standing(of: Self.feedback(newest)) == .repeated)
        #expect(state.judgements.standing(of: Self.feedback(0)) == .new)
        #expect(state.encoded.count < 1 << 20)
        #expect(try RouterState(decoding: state.encoded) == state)
    }
}
