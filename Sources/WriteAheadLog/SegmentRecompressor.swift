import Foundation
import Synchronization

/// Recompresses sealed segments, one at a time, on a thread of its own with the least priority.
///
/// Nobody waits for it and nothing depends on it: what fails is kept in `failure`, and the next
/// writer tries again.
final class SegmentRecompressor: Sendable {
    private struct State {
        var pending: [UInt32]
        var isStopping = false
        var failure: LogError?
    }

    private let paths: LogPaths
    private let fileSystem: any FileSystem
    private let state: Mutex<State>
    /// Segments through this one are retired or about to be; held while a file gets its name, so
    /// that a retired segment does not come back.
    private let retiredThrough = Mutex<UInt32>(0)
    private let doorbell = Doorbell()
    private let ended = Doorbell()

    /// `pending` are sealed segments that were not recompressed yet.
    init(_ paths: LogPaths, in fileSystem: any FileSystem, pending: [UInt32]) {
        self.paths = paths
        self.fileSystem = fileSystem
        state = Mutex(State(pending: pending))
    }

    func start() {
        let thread = Thread { [self] in
            PosixFileSystem.lowerPriorityOfThread()
            run()
            ended.ring()
        }
        thread.name = "logway-recompress"
        thread.start()
    }

    /// Why the last recompression failed; `nil` in health.
    var failure: LogError? { state.withLock { $0.failure } }

    /// Adds a segment that was sealed and has a begun one behind it.
    func add(_ number: UInt32) {
        state.withLock { $0.pending.append(number) }
        doorbell.ring()
    }

    /// Leaves these segments alone from now on: none of them gets its name again.
    func exclude(through number: UInt32) {
        retiredThrough.withLock { $0 = max($0, number) }
    }

    /// Begins to end: the segment that is being written is given up.
    func stop() {
        state.withLock { $0.isStopping = true }
        doorbell.ring()
    }

    /// Waits for the thread's end; once.
    func join() { ended.wait() }

    private enum Step {
        case recompress(UInt32)
        case sleep
        case end
    }

    private func run() {
        while true {
            let step: Step = state.withLock { state in
                if state.isStopping { return .end }
                return state.pending.isEmpty ? .sleep : .recompress(state.pending.removeFirst())
            }
            switch step {
            case .end: return
            case .sleep: doorbell.wait()
            case .recompress(let number):
                do throws(LogError) {
                    try recompress(number)
                } catch {
                    state.withLock { $0.failure = error }
                }
            }
        }
    }

    private func isGivenUp(_ number: UInt32) -> Bool {
        state.withLock { $0.isStopping } || retiredThrough.withLock { number <= $0 }
    }

    /// Writes a segment anew and lets the new file take its name.
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
        let result = retiredThrough.withLock { retiredThrough -> Result<Void, LogError> in
            Result { () throws(LogError) in
                try onDisk { () throws(SystemError) in
                    guard isDone, number > retiredThrough else {
                        return try fileSystem.removeIfPresent(temporary)
                    }
                    try fileSystem.rename(temporary, to: paths.segment(number))
                    try fileSystem.synchronizeDirectory(paths.segments)
                }
            }
        }
        try result.get()
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
