import Foundation
import Synchronization

/// Recompresses sealed segments, one at a time, on a thread of its own with the least priority.
///
/// Nobody waits for it and nothing depends on it: what fails is kept in `failure`, and the next
/// writer tries again. On a busy machine the thread may get no processor for long wherever it stands, so
/// it holds no lock while it works.
final class SegmentRecompressor: Sendable {
    private struct State {
        var pending: [UInt32]
        var failure: LogError?
    }

    private let paths: LogPaths
    private let fileSystem: any FileSystem
    private let state: Mutex<State>
    /// Segments through this one are retired.
    private let retiredThrough = Atomic<UInt32>(0)
    private let isStopping = Atomic(false)
    private let doorbell = Doorbell()
    private let thread = BackgroundThread("logway-compress")

    /// `pending` are sealed segments that were not recompressed yet.
    init(_ paths: LogPaths, in fileSystem: any FileSystem, pending: [UInt32]) {
        self.paths = paths
        self.fileSystem = fileSystem
        state = Mutex(State(pending: pending))
    }

    func start() { thread.start { [self] in run() } }

    /// Why the last recompression failed; `nil` in health.
    var failure: LogError? { state.withLock { $0.failure } }

    /// Adds a segment that was sealed and has a begun one behind it.
    func add(_ number: UInt32) {
        state.withLock { $0.pending.append(number) }
        doorbell.ring()
    }

    /// Leaves these segments alone from now on; one that gets its name again all the same loses it.
    ///
    /// Call it once the retirement is durable, since that may remove them, and before they are removed:
    /// what gets its name later is seen here to be retired, and what got it before is removed with them.
    func exclude(through number: UInt32) {
        retiredThrough.max(number, ordering: .sequentiallyConsistent)
    }

    /// Begins to end: the segment that is being written is abandoned.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        thread.hurry()
        doorbell.ring()
    }

    /// Waits for the thread's end, but not for long; whether it ended.
    func join() -> Bool { thread.waitForEnd() }

    /// Runs the body once the thread has ended.
    func whenEnded(_ body: @escaping @Sendable () -> Void) { thread.whenEnded(body) }

    private enum Step {
        case recompress(UInt32)
        case sleep
        case end
    }

    private func run() {
        while true {
            let step: Step = state.withLock { state in
                if isStopping.load(ordering: .relaxed) { return .end }
                return state.pending.isEmpty ? .sleep : .recompress(state.pending.removeFirst())
            }
            switch step {
            case .end: return
            case .sleep: doorbell.wait()
            case .recompress(let number):
                do throws(LogError) {
                    try recompress(number)
                } catch {
                    // What was retired meanwhile may be gone.
                    if !isRetired(number) { state.withLock { $0.failure = error } }
                }
            }
        }
    }

    private func isGivenUp(_ number: UInt32) -> Bool {
        isStopping.load(ordering: .relaxed) || isRetired(number)
    }

    private func isRetired(_ number: UInt32) -> Bool {
        number <= retiredThrough.load(ordering: .sequentiallyConsistent)
    }

    /// Rewrites a segment and lets the new file take its name.
    func recompress(_ number: UInt32) throws(LogError) {
        guard !isGivenUp(number) else { return }
        let temporary = paths.segment(number) + ".tmp"
        let source = try segment(number)
        let next = try segment(number + 1).header
        let recompression = try SegmentRecompression(
            source,
            before: next,
            to: temporary,
            in: fileSystem
        ) { [self] in isGivenUp(number) }
        let isDone = try recompression.run()
        try onDisk { () throws(SystemError) in
            guard isDone, !isRetired(number) else {
                return try fileSystem.removeIfPresent(temporary)
            }
            let path = paths.segment(number)
            try fileSystem.rename(temporary, to: path)
            // Retired since it was asked: the old file may have been removed before this one came.
            if isRetired(number) { try fileSystem.removeIfPresent(path) }
            try fileSystem.synchronizeDirectory(paths.segments)
        }
    }

    private func segment(_ number: UInt32) throws(LogError) -> SegmentFile {
        let path = paths.segment(number)
        let (file, page) = try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, .read)
            return (file, try file.bytes(at: 0, count: Format.pageSize))
        }
        guard page.count == Format.pageSize, case .valid(let header) = SegmentHeader.parse(page)
        else { throw .corrupt(segment: number, offset: 0, reason: "the first page is damaged") }
        return SegmentFile(file: file, header: header)
    }
}
