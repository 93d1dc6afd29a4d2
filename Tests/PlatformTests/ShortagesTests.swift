import Synchronization
import Testing

@testable import Platform

/// What the process runs short of, and who is told.
struct ShortagesTests {
    @Test func `it is told once in a while, however often it is met, and each kind by itself`() {
        let lines = Mutex<[String]>([])
        let shortages = Shortages { line in lines.withLock { $0.append(line) } }
        for second in 0..<25 {
            shortages.note(.system, "no descriptor", at: Int64(second) * 1_000_000)
        }
        shortages.note(.bodies, "no room", at: 25_000_000)
        #expect(
            lines.withLock { $0 } == [
                "no descriptor", "no descriptor (and 9 times more before)",
                "no descriptor (and 9 times more before)", "no room",
            ]
        )
    }

    @Test func `it counts as going on until it was not met for a while`() {
        let shortages = Shortages { _ in }
        #expect(shortages.current(at: 0) == nil)
        shortages.note(.system, "no descriptor", at: 1_000_000)
        shortages.note(.answers, "no room", at: 5_000_000)
        #expect(shortages.current(at: 6_000_000) == "no room; no descriptor")
        #expect(shortages.current(at: 1_000_000 + Shortages.quiet) == "no room")
        #expect(shortages.current(at: 5_000_000 + Shortages.quiet) == nil)
    }

    @Test func `what some requests lack is told apart from what nobody can be served without`() {
        let shortages = Shortages { _ in }
        for kind in Shortages.Kind.allCases where kind != .system {
            shortages.note(kind, "\(kind)", at: 1_000_000)
        }
        #expect(shortages.current(of: Shortages.Kind.ofAll, at: 1_000_000) == nil)
        let words = shortages.current(of: Shortages.Kind.ofSome, at: 1_000_000)
        for kind in Shortages.Kind.ofSome { #expect(words?.contains("\(kind)") == true) }
        shortages.note(.system, "no descriptor", at: 2_000_000)
        #expect(shortages.current(of: Shortages.Kind.ofAll, at: 2_000_000) == "no descriptor")
    }
}
