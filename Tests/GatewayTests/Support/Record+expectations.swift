import Evaluation
import TestSupport
import Testing

@testable import LedgerSupport

extension Record {
    /// Checks what holds for every log of a gateway that has stopped.
    func expectWhole() {
        do {
            #expect(try faults() == [])
        } catch {
            Issue.record(error, "the log can't be verified")
        }
    }

    /// Checks that everything that a gateway decided is decided again, as it was.
    func expectReplays() throws {
        var history = try StateHistory(directory.path)
        let findings = try history.check(keepsAll: true)
        #expect(findings.differences == [], "a decision does not replay")
        #expect(findings.decisions.equal + findings.decisions.retired == decided.count)
        #expect(findings.attempts.equal + findings.attempts.retired == started.count)
    }
}
