import TestSupport
import Testing

@testable import WriteAheadLog

/// The key that checkpoints are signed with: once a checkpoint was shown, its key stays.
extension CrashStateTests {
    @Test func `a key that signed a checkpoint stays, in any crash`() throws {
        let seed = SeededRandom.seed()
        let start = try MemoryFileSystem.holding([["one"], ["two"]]).image
        let disk = MemoryFileSystem(start)
        disk.startTrace()
        let shown = try CheckpointTests.checkpoint(disk).publicKey
        let trace = disk.trace
        var states = 0
        var model = DiskModel(start, promised: 0)
        for moment in 0...trace.count {
            if moment > 0 { model.apply(trace[moment - 1]) }
            let next = moment < trace.count ? trace[moment] : nil
            Self.forEachState(model, during: next, seed: seed) { image in
                states += 1
                let key = try Self.key(in: image)
                guard key == shown || (key == nil && moment < trace.count) else {
                    throw Violation("the key is another or gone")
                }
                // The next process makes it, or takes what it finds; and crashes.
                let found = MemoryFileSystem(image)
                states += try Self.exploreShowing(on: found, DiskModel(image, promised: 0), key)
            }
            // Or the process is killed here, and the next one crashes.
            let killed = MemoryFileSystem(start, after: trace[..<moment])
            states += try Self.exploreShowing(on: killed, model, try Self.key(in: killed.image))
        }
        print("making a checkpoint's key: \(trace.count) calls, \(states) crash states")
        #expect(states > 1000)
    }

    /// Shows a checkpoint, and visits the crash states until it is shown and after it; returns how
    /// many there were.
    private static func exploreShowing(
        on disk: MemoryFileSystem,
        _ model: DiskModel,
        _ found: [UInt8]?
    ) throws -> Int {
        disk.startTrace()
        let shown = try CheckpointTests.checkpoint(disk).publicKey
        guard found == nil || found == shown else { throw Violation("the key was replaced") }
        let trace = disk.trace
        var model = model
        var states = 0
        for moment in 0...trace.count {
            if moment > 0 { model.apply(trace[moment - 1]) }
            let next = moment < trace.count ? trace[moment] : nil
            forEachState(model, during: next, seed: UInt64(moment)) { image in
                states += 1
                let key = try key(in: image)
                guard key == shown || (key == nil && moment < trace.count) else {
                    throw Violation("the key is another or gone when another process showed it")
                }
            }
        }
        return states
    }

    /// The public key on a disk; `nil` if there is none.
    private static func key(in image: DiskImage) throws -> [UInt8]? {
        let path = LogPaths(directory: MemoryFileSystem.directory).checkpointKey
        guard image.files[path] != nil else { return nil }
        return try CheckpointKey(file: path, fileSystem: MemoryFileSystem(image)).publicKey
    }

    /// Visits the states of one moment, and records what is thrown.
    private static func forEachState(
        _ model: DiskModel,
        during next: DiskChange?,
        seed: UInt64,
        _ body: (DiskImage) throws -> Void
    ) {
        var states = CrashStates(
            limit: 1000,
            draw: SeededRandom(seed: seed &+ UInt64(model.changes))
        )
        states.forEach(model, during: next) { image in
            do {
                try body(image)
            } catch {
                Issue.record("after \(model.changes) calls: \(error)")
            }
        }
    }
}
