import TestSupport
import Testing

@testable import Events

/// What clients and providers can multiply is recorded in parts, none of them over its limit.
@Suite struct PartsTests {
    static func line(_ number: Int, _ draws: inout SeededRandom) -> MonthLine {
        var line = MonthLine()
        line.name = "\(number) " + String(repeating: "n", count: draws.int(0...60))
        line.sums.requests = draws.int(0...9)
        line.sums.cost = Nanodollars(Int64(draws.int(0...1_000_000)))
        return line
    }

    static func closing(_ draws: inout SeededRandom) -> MonthClosed {
        var closed = MonthClosed()
        (closed.year, closed.month) = (2026, draws.int(1...12))
        closed.position = UInt64(draws.int(1...99))
        closed.total.sums.attempts = draws.int(0...9)
        closed.localRequests = 3
        closed.byProvider = (0..<draws.int(0...4)).map { line($0, &draws) }
        closed.byModel = (0..<draws.int(0...20)).map { line($0, &draws) }
        closed.byTask = (0..<draws.int(0...20)).map { line($0, &draws) }
        closed.byTag = (0..<draws.int(0...90)).map { line($0, &draws) }
        return closed
    }

    static func bytes(_ body: EventBody) -> Int {
        var bytes: [UInt8] = []
        body.encode(at: Samples.time, into: &bytes)
        return bytes.count
    }

    @Test func `a closing in parts is the closing again, and no part is over the limit`() throws {
        let seed = SeededRandom.seed()
        var most = 0
        for run in 0..<300 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let closed = Self.closing(&draws)
            let limit = draws.int(100...2_000)
            let events = closed.events(partLimit: limit)
            most = max(most, events.count)
            var assembly = MonthAssembly()
            for event in events.dropLast() { try #require(assembly.take(event) == nil) }
            let last = try #require(events.last)
            try #require(assembly.take(last) == closed, "run \(run) of seed \(seed)")
            try #require(!assembly.isUnderWay)
            // A line that is longer by itself has a part of its own.
            for event in events { try #require(Self.bytes(event) <= limit + 100) }
        }
        #expect(most > 5)
    }

    @Test func `a closing that fits is one event, as it always was`() {
        var draws = SeededRandom(seed: 1)
        let closed = Self.closing(&draws)
        #expect(closed.events() == [.monthClosed(closed)])
    }

    @Test func `a closing whose first parts are gone is none, and one recorded again is`() {
        var draws = SeededRandom(seed: 5)
        var closed = Self.closing(&draws)
        closed.byTag = (0..<90).map { Self.line($0, &draws) }
        let events = closed.events(partLimit: 300)
        var assembly = MonthAssembly()
        let found = (events.dropFirst() + events.prefix(3) + events).compactMap {
            assembly.take($0)
        }
        #expect(found == [closed])
    }

    @Test func `a state in pieces is the state again`() throws {
        var carried = StateCarried()
        carried.position = 7
        carried.state = OpaqueBytes((0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
        for limit in [1, 3, 333, 999, 1_000, 1_001] {
            let events = carried.events(partLimit: limit)
            if limit >= 1_000 {
                #expect(events == [.stateCarried(carried)])
                continue
            }
            var assembly = StateAssembly()
            var found: [UInt8]?
            for case .statePart(let part) in events {
                #expect(found == nil && part.bytes.bytes.count <= limit)
                #expect(assembly.isCompleted(by: part) == (part.part == events.count))
                found = assembly.take(part)
            }
            #expect(found == carried.state.bytes)
            #expect(assembly == StateAssembly())
        }
    }

    @Test func `pieces of a state that a crash left alone are forgotten`() {
        var first = StateCarried()
        first.position = 7
        first.state = OpaqueBytes([1, 2, 3, 4, 5])
        var second = first
        second.position = 9
        second.state = OpaqueBytes([9, 8, 7])
        let parts = (first.events(partLimit: 2).prefix(2) + second.events(partLimit: 2))
        var assembly = StateAssembly()
        var found: [[UInt8]] = []
        for case .statePart(let part) in parts {
            if let state = assembly.take(part) { found.append(state) }
        }
        #expect(found == [[9, 8, 7]])
        // Only the end of one.
        for case .statePart(let part) in first.events(partLimit: 2).dropFirst() {
            #expect(!assembly.isCompleted(by: part))
            #expect(assembly.take(part) == nil)
        }
    }
}
