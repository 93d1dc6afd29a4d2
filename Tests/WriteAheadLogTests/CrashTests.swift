import TestSupport
import Testing

@testable import WriteAheadLog

/// Cuts the power at every changing call of a workload, and looks at what comes back.
@Suite struct CrashTests {
    static func text(_ number: UInt64) -> String {
        var draws = SeededRandom(seed: number)
        return "\(number) " + (0..<Int(number * 37 % 90)).map { _ in "\(draws.next())" }.joined()
    }

    /// Appends until the power goes; returns the last sequence number that was acknowledged.
    static func work(on system: MemoryFileSystem, groups: Int) -> UInt64 {
        var acknowledged: UInt64 = 0
        do {
            let writer = try system.writer()
            acknowledged = writer.durableSequence
            for index in 0..<groups {
                var batch = RecordBatch()
                for part in 0..<UInt64(index % 3 + 1) {
                    batch.appendRecord(Array(text(writer.nextSequence + part).utf8))
                }
                try writer.append(batch, time: Int64(index))
                try writer.flush()
                acknowledged = writer.durableSequence
            }
            try writer.close()
        } catch {}
        return acknowledged
    }

    /// Opens what a crash left; every acknowledged record must be there, and nothing else but whole
    /// groups that were on their way.
    static func check(
        _ system: MemoryFileSystem,
        acknowledged: UInt64,
        _ what: @autoclosure () -> String
    ) throws {
        do {
            if !system.bytes("\(MemoryFileSystem.directory)/version").isEmpty {
                var reader = try system.reader()
                let seen = try reader.records()
                #expect(seen.count >= Int(acknowledged), "a reader after \(what())")
            }
            let writer = try system.writer()
            #expect(writer.recovery.lastSequence >= acknowledged, "\(what())")
            try writer.append(RecordBatch("after"), time: 0)
            try writer.close()
            var reader = try system.reader()
            let records = try reader.records()
            #expect(records.count == Int(writer.recovery.lastSequence) + 1, "\(what())")
            for record in records.dropLast() {
                #expect(record.text == text(record.sequence), "\(what())")
            }
            let report = try reader.verify()
            #expect(report.isWhole, "\(what()): \(String(describing: report.problem))")
        } catch {
            Issue.record("\(what()): \(error)")
        }
    }

    static let survivals: [MemoryFileSystem.Survival] =
        [.nothing, .everything] + (1...4).map { .some(seed: $0) }

    @Test func `whatever was acknowledged survives a power cut at any call`() throws {
        let groups = 24
        let whole = MemoryFileSystem()
        _ = Self.work(on: whole, groups: groups)
        for call in 1...(whole.calls + 1) {
            let system = MemoryFileSystem()
            system.cutPower(at: call)
            let acknowledged = Self.work(on: system, groups: groups)
            for survival in Self.survivals {
                try Self.check(
                    system.afterCut(survival),
                    acknowledged: acknowledged,
                    "cut at call \(call), \(survival)"
                )
            }
        }
    }

    @Test func `whatever was acknowledged survives a power cut during recovery, twice`() throws {
        let first = MemoryFileSystem()
        first.cutPower(at: 60)
        let acknowledged = Self.work(on: first, groups: 24)
        for survival in Self.survivals {
            for call in 1...12 {
                let second = first.afterCut(survival)
                second.cutPower(at: call)
                _ = logError { try second.writer().close() }
                for next in Self.survivals {
                    let third = second.afterCut(next)
                    third.cutPower(at: 13 - call)
                    _ = logError { try third.writer().close() }
                    try Self.check(
                        third.afterCut(next),
                        acknowledged: acknowledged,
                        "\(survival), cut again at \(call), \(next)"
                    )
                }
            }
        }
    }
}
