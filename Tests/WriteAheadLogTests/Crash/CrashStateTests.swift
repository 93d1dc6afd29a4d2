import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct CrashStateTests {
    static let workloads = [
        CrashWorkload(name: "one group a frame", groups: 16, records: 1...3, bytes: 20...300),
        CrashWorkload(
            name: "segments that roll",
            groups: 16,
            records: 1...2,
            bytes: 900...1400
        ),
        CrashWorkload(
            name: "several groups a frame",
            groups: 32,
            records: 1...3,
            bytes: 10...120,
            groupsPerFlush: 4
        ),
        CrashWorkload(
            name: "closed and opened again",
            groups: 12,
            records: 1...4,
            bytes: 0...200,
            reopensAfter: 4
        ),
    ]

    /// Visits the states of a workload that begins on a disk, and returns how many there were.
    static func explore(
        _ workload: CrashWorkload,
        on disk: MemoryFileSystem = MemoryFileSystem(),
        after before: CrashWorkload.Appended = CrashWorkload.Appended(),
        seed: UInt64
    ) throws -> Int {
        let start = disk.image
        disk.startTrace()
        let check = CrashCheck(try workload.run(on: disk, seed: seed, after: before))
        return explore(workload.name, disk.trace, from: start, check, seed: seed)
    }

    /// Visits the states of a trace, and returns how many there were.
    static func explore(
        _ name: String,
        _ trace: [DiskChange],
        from start: DiskImage,
        _ check: CrashCheck,
        promised: UInt64 = 0,
        seed: UInt64
    ) -> Int {
        let explorer = CrashExplorer(
            check: check,
            seed: seed,
            limits: [1000, 40, 20],
            recoveriesPerMoment: 5
        )
        return explore(name, trace, from: start, explorer, promised: promised)
    }

    static func explore(
        _ name: String,
        _ trace: [DiskChange],
        from start: DiskImage,
        _ explorer: CrashExplorer,
        promised: UInt64
    ) -> Int {
        let check = explorer.check
        explorer.explore(trace, from: start, promised: promised)
        print(
            "\(name): \(trace.count) calls, \(check.states) crash states,"
                + " \(check.images) different images, \(check.logs) different logs recovered"
        )
        #expect(check.failures.isEmpty, "\(name): \(check.failures)")
        return check.states
    }

    /// What a power cut in the midst of a workload left, and what was appended before it.
    static func crashed(seed: UInt64) throws -> (MemoryFileSystem, CrashWorkload.Appended) {
        let disk = MemoryFileSystem()
        disk.startTrace()
        let appended = try workloads[1].run(on: disk, seed: seed)
        let trace = disk.trace
        var model = DiskModel(DiskImage(), promised: 0)
        for change in trace.prefix(trace.count / 2) { model.apply(change) }
        let survival = Survival(model)
        let crashed = MemoryFileSystem(survival.image(survival.answers(through: trace.count)))
        var reader = try crashed.reader()
        return (crashed, appended.through(try reader.durableSequence()))
    }

    @Test func `what was promised survives a million crashes, and crashes of their recoveries`()
        throws
    {
        let seed = SeededRandom.seed()
        var states = 0
        for (index, workload) in Self.workloads.enumerated() {
            states += try Self.explore(workload, seed: seed &+ UInt64(index))
        }
        let (disk, appended) = try Self.crashed(seed: seed)
        let next = CrashWorkload(
            name: "appended after a crash",
            groups: 12,
            records: 1...3,
            bytes: 20...600
        )
        states += try Self.explore(next, on: disk, after: appended, seed: seed)
        print("crash states: \(states)")
        #expect(states >= 1_000_000)
    }
}
