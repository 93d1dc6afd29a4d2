import Events
import Testing

@testable import Gateway
@testable import Providers

@Suite("Output past its limit")
struct OutputAllowanceTests {
    static func attempt(_ reserved: Int?, of bound: Int? = nil) -> AttemptStarted {
        var attempt = AttemptStarted()
        attempt.reservedOutput = reserved
        attempt.outputBound = bound
        return attempt
    }

    @Test func `no limit is sent, no limit is held against`() {
        #expect(OutputAllowance(of: Self.attempt(nil)) == nil)
        #expect(OutputAllowance(of: Self.attempt(1_024, of: 64_000))?.tokens == 64_000)
        #expect(OutputAllowance(of: Self.attempt(.max))?.overrun(by: WrittenText()) == nil)
    }

    @Test func `a byte more than the limit can have is one too many`() throws {
        let allowance = try #require(OutputAllowance(of: Self.attempt(10)))
        var text = WrittenText()
        text.add(10 * OutputAllowance.bytesOfToken + OutputAllowance.margin, isThought: false)
        #expect(allowance.overrun(by: text) == nil)
        text.add(1, isThought: false)
        #expect(allowance.overrun(by: text)?.contains("10 tokens") == true)
        var thoughts = WrittenText()
        thoughts.add(
            10 * OutputAllowance.bytesOfToken + OutputAllowance.thinkingMargin,
            isThought: true
        )
        #expect(allowance.overrun(by: thoughts) == nil)
        thoughts.add(1, isThought: true)
        #expect(allowance.overrun(by: thoughts) != nil)
    }
}
