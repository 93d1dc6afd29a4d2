import Foundation
import Synchronization

/// Makes the next segment ahead of its use, on a thread of its own: zeroes are written and synced
/// before the first frame, so that a commit never waits for the file system to allocate.
///
/// What fails is tried again by itself until it is made or the log is closed: a disk is full for a
/// while, and nothing that was written depends on the next segment.
final class SegmentPreparer: Sendable {
    /// Microseconds until it is looked at again after a failure: soon for whoever freed some space.
    static let shortestWait = 1_000_000
    /// The longest wait, in microseconds, where trying fails again and again though there seems to be
    /// space (a quota, a broken disk): each try may write a whole segment.
    static let longestWait = 16_000_000

    private enum State {
        case idle
        /// It is being made, after a failure or not.
        case running(after: LogError?)
        case ready
        /// It failed, and is tried again.
        case waiting(LogError)

        /// Why it could not be made so far: a try that is under way has not succeeded yet.
        var failure: LogError? {
            switch self {
            case .idle, .ready: nil
            case .running(let failure): failure
            case .waiting(let failure): failure
            }
        }
    }

    private struct Inside {
        var state = State.idle
        /// Counts the preparations: a thread that waits knows by it whether it is still the one.
        var preparation = 0
        /// Whether the log is being closed, which waits for no space.
        var isGivenUp = false

        var isRunning: Bool {
            if case .running = state { true } else { false }
        }
        var isWaiting: Bool {
            if case .waiting = state { true } else { false }
        }
    }

    private let fileSystem: any FileSystem
    private let paths: LogPaths
    private let segmentSize: Int
    private let inside = Mutex(Inside())
    private let done = Doorbell()
    private let sooner = Doorbell()
    /// Told when it can't be made, and when it is after all.
    let notices = NoticeBoard()

    init(_ paths: LogPaths, in fileSystem: any FileSystem, segmentSize: Int) {
        self.paths = paths
        self.fileSystem = fileSystem
        self.segmentSize = segmentSize
    }

    /// Why the segment could not be made yet; `nil` in health.
    var failure: LogError? { inside.withLock { $0.state.failure } }

    /// Takes a segment that an earlier writer prepared.
    func adopt() { inside.withLock { $0.state = .ready } }

    /// Begins to prepare a segment, unless that is under way or done.
    func start(_ number: UInt32, _ source: DictionarySource) {
        let preparation = inside.withLock { inside -> Int? in
            guard case .idle = inside.state else { return nil }
            inside.state = .running(after: nil)
            inside.preparation += 1
            return inside.preparation
        }
        guard let preparation else { return }
        let thread = Thread(named: "logway-segment") { [self] in
            prepare(number, source, preparation)
        }
        thread.start()
    }

    /// Waits for an attempt under way, and makes the segment now if none was or if it failed (no
    /// record was in it yet, so trying again loses nothing).
    func finish(_ number: UInt32, _ source: DictionarySource) throws(LogError) {
        let (isReady, before) = claim()
        if !isReady { try makeNow(number, source, after: before) }
    }

    /// The same, but waits where trying again may help: no more failed than the making of a new file,
    /// and the records that need it are still in memory.
    ///
    /// `stalls` is told why after each attempt that failed, and again within the time that it returns;
    /// what it throws ends the wait.
    ///
    /// - Throws: what no trying again may repair, what `stalls` throws, and whatever failed last once the
    ///   log is abandoned.
    func finish(
        _ number: UInt32,
        _ source: DictionarySource,
        telling stalls: (LogError) throws(LogError) -> Duration?
    ) throws(LogError) {
        let (isReady, before) = claim()
        if isReady { return }
        do throws(LogError) {
            return try makeNow(number, source, after: before)
        } catch {
            guard error.mayPass, !isGivenUp else { throw error }
            tryAgain(number, source, after: error.asShortage)
            // Who was told of an attempt before need not be told again.
            if before == nil { notices.tell(.cannotPrepare(error.asShortage)) }
        }
        while let failure = outcome(), failure.mayPass, !isGivenUp {
            if let rest = try stalls(failure) {
                _ = done.wait(microseconds: Int(rest / .microseconds(1)) + 1)
            } else {
                done.wait()
            }
        }
        // It is made, or the disk has the last word.
        try finish(number, source)
    }

    /// Ends the wait for what may pass.
    func giveUp() {
        inside.withLock { $0.isGivenUp = true }
        done.ring()
    }

    private var isGivenUp: Bool { inside.withLock { $0.isGivenUp } }

    /// Why the last attempt failed, once none is under way; `nil` if it did not.
    private func outcome() -> LogError? {
        while inside.withLock({ $0.isRunning }) { done.wait() }
        return failure
    }

    /// Ends the tries, and waits for one under way.
    func stop() { takeOver { $0.state = .idle } }

    /// Takes the segment if it is ready, and begins an attempt of the caller's own if not.
    ///
    /// Why it could not be made so far stays known: a full disk takes seconds to say so again, and new
    /// work must not be let in meanwhile.
    private func claim() -> (isReady: Bool, failure: LogError?) {
        takeOver { inside in
            if case .ready = inside.state {
                inside.state = .idle
                return (true, nil)
            }
            let failure = inside.state.failure
            inside.state = .running(after: failure)
            return (false, failure)
        }
    }

    /// Changes the state once no attempt is under way; a thread that waits for its next one ends.
    private func takeOver<Result>(_ body: (inout Inside) -> Result) -> Result {
        while true {
            let taken = inside.withLock { inside -> (result: Result, wasWaiting: Bool)? in
                guard !inside.isRunning else { return nil }
                let wasWaiting = inside.isWaiting
                // Whoever waits knows by it that it is not the one any more.
                inside.preparation += 1
                return (body(&inside), wasWaiting)
            }
            if let taken {
                if taken.wasWaiting { sooner.ring() }
                return taken.result
            }
            done.wait()
        }
    }

    /// The attempt of the caller's own, whose segment is the caller's at once.
    private func makeNow(
        _ number: UInt32,
        _ source: DictionarySource,
        after before: LogError?
    ) throws(LogError) {
        do throws(LogError) {
            try make(number, source)
        } catch {
            inside.withLock { $0.state = .waiting(error.asShortage) }
            throw error
        }
        inside.withLock { $0.state = .idle }
        if before != nil { notices.tell(.prepared) }
    }

    // MARK: - The thread

    /// Lets a thread try again, as after a failure of its own.
    private func tryAgain(
        _ number: UInt32,
        _ source: DictionarySource,
        after failure: LogError
    ) {
        let preparation = inside.withLock { inside in
            inside.state = .waiting(failure)
            inside.preparation += 1
            return inside.preparation
        }
        let thread = Thread(named: "logway-segment") { [self] in
            guard waits(Self.shortestWait, preparation, after: failure) else { return }
            prepare(number, source, preparation, hasFailed: true)
        }
        thread.start()
    }

    private func prepare(
        _ number: UInt32,
        _ source: DictionarySource,
        _ preparation: Int,
        hasFailed: Bool = false
    ) {
        var wait = hasFailed ? Self.shortestWait * 2 : Self.shortestWait
        var hasFailed = hasFailed
        while true {
            var failure: LogError?
            do throws(LogError) {
                try make(number, source)
            } catch {
                failure = error.asShortage
            }
            inside.withLock { $0.state = failure.map { .waiting($0) } ?? .ready }
            done.ring()
            guard let failure else {
                if hasFailed { notices.tell(.prepared) }
                return
            }
            if !hasFailed { notices.tell(.cannotPrepare(failure)) }
            hasFailed = true
            guard waits(wait, preparation, after: failure) else { return }
            wait = min(wait * 2, Self.longestWait)
        }
    }

    /// Waits until it is worth trying again; false if nobody wants it any more.
    private func waits(_ wait: Int, _ preparation: Int, after failure: LogError) -> Bool {
        var wait = wait
        while true {
            _ = sooner.wait(microseconds: wait)
            let isWanted = inside.withLock { $0.isWaiting && $0.preparation == preparation }
            guard isWanted else { return false }
            // A try takes what little space others still have, so it is not made in vain.
            wait = Self.shortestWait
            if case .noRoom = failure, !hasSpace { continue }
            return inside.withLock { inside in
                guard inside.isWaiting, inside.preparation == preparation else { return false }
                inside.state = .running(after: failure)
                return true
            }
        }
    }

    private var hasSpace: Bool {
        do throws(SystemError) {
            return try fileSystem.freeBytes(paths.segments) >= segmentSize
        } catch {
            return true
        }
    }

    /// Makes sure that nothing is replaced but what an attempt before made: a directory that somebody
    /// exchanged may hold another one's segment of the number.
    private func checkUnused(_ path: String) throws(SystemError) {
        guard try fileSystem.isThere(path) else { return }
        let page = try fileSystem.open(path, .read).bytes(at: 0, count: Format.pageSize)
        guard page.isZero(0..<page.count) else {
            throw SystemError(operation: "rename", path: path, code: SystemError.isThereAlready)
        }
    }

    /// Writes dictionary and zeroes under a temporary name, syncs, renames, and syncs the directory:
    /// a segment has its full length and its dictionary from the moment it has its name.
    private func make(_ number: UInt32, _ source: DictionarySource) throws(LogError) {
        let path = paths.segment(number)
        let room = Format.dictionaryRoom(segmentSize: segmentSize)
        let bytes = try source.bytes(limit: max(0, room - CompressionDictionary.headerSize))
        let dictionary = CompressionDictionary(lastOf: bytes)
        do throws(SystemError) {
            // A file whose sync failed must not be synced again, so an attempt before is removed.
            try fileSystem.removeIfPresent(path + ".tmp")
            try checkUnused(path)
            let file = try fileSystem.open(path + ".tmp", .create)
            try file.writeZeroes(0..<segmentSize)
            if let dictionary { try file.writeAll(dictionary.block, at: Format.pageSize) }
            try file.synchronize()
            try fileSystem.rename(path + ".tmp", to: path)
            try fileSystem.synchronizeDirectory(paths.segments)
        } catch {
            // What was written of it must not keep the disk full.
            do throws(SystemError) { try fileSystem.removeIfPresent(path + ".tmp") } catch {}
            throw LogError(error)
        }
    }
}

extension LogError {
    /// What a segment that can't be made means while the one before goes on.
    fileprivate var asShortage: LogError {
        if case .diskFull(let path) = self { .noRoom(path: path) } else { self }
    }

    /// Whether trying again may help: a disk is full, or a right withdrawn, for a while.
    fileprivate var mayPass: Bool {
        switch self {
        case .diskFull, .noRoom, .notWritable: true
        case .io(_, _, let code): code != SystemError.isThereAlready
        default: false
        }
    }
}
