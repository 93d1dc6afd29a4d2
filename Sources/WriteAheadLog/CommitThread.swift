import Foundation
import Synchronization

/// The thread that writes: takes a frame's worth of groups, writes, syncs, moves the mark, wakes;
/// meanwhile the next frame fills.
///
/// One write is outstanding at a time. Whoever waits is never kept waiting by a timer; records that
/// nobody waits for linger for a moment (`CommitQueue.linger`).
///
/// `@unchecked Sendable` because after `start` only the thread itself touches what is mutable, and
/// `join` orders its end before whatever the caller does next.
final class CommitThread: @unchecked Sendable {
    private let queue: CommitQueue
    private let fileSystem: any FileSystem
    private let paths: LogPaths
    private let options: LogOptions
    let preparer: SegmentPreparer
    private let recompressor: SegmentRecompressor?
    private var active: ActiveSegment
    private var mark: DurableMark
    private var markFile: any File
    private var watch: DirectoryWatch
    private var markBytes = [UInt8](repeating: 0, count: DurableMark.size)
    private var encoder = FrameEncoder()
    private let ended = Doorbell()
    private let roomLeft: Atomic<Int>

    /// Bytes that the segment in use still takes, whatever waits to be written; any thread may ask.
    var room: Int { roomLeft.load(ordering: .relaxed) }

    init(
        _ queue: CommitQueue,
        _ recovered: Recovery.Recovered,
        _ recompressor: SegmentRecompressor?,
        _ paths: LogPaths,
        in fileSystem: any FileSystem,
        options: LogOptions
    ) {
        self.queue = queue
        self.fileSystem = fileSystem
        self.paths = paths
        self.options = options
        self.recompressor = recompressor
        active = recovered.active
        encoder.dictionary = recovered.active.dictionary
        mark = recovered.mark
        markFile = recovered.markFile
        watch = recovered.watch
        preparer = recovered.preparer
        roomLeft = Atomic(recovered.active.room)
    }

    func start() {
        let thread = Thread(named: "logway-commit") { [self] in
            run()
            ended.ring()
        }
        thread.start()
    }

    /// Waits for the thread's end.
    func join() { ended.wait() }

    private func run() {
        if active.needsSuccessor { preparer.start(active.number + 1, active.dictionarySource) }
        while let frame = queue.next() {
            do throws(LogError) {
                try commit(frame)
            } catch {
                recompressor?.stop()
                queue.poison(error.asPoison)
            }
        }
        // Both threads end before the lock is released: another writer finds no half-made file.
        preparer.stop()
        guard queue.failure == nil else { return }
        do throws(LogError) {
            try moveMark(closedCleanly: true)
        } catch {
            queue.poison(error.asPoison)
        }
    }

    /// From here on a crash at any line leaves either all of the frame or none of it: before the
    /// sync it may be cut as a torn tail, and no one was told; after it, it is found again.
    ///
    /// It owns the frame, so that the queue can use its buffer again.
    private func commit(_ frame: consuming PendingFrame) throws(LogError) {
        var header = encoder.compress(frame)
        if !active.hasRoom(for: header) {
            try roll()
            // Another segment, another dictionary.
            header = encoder.compress(frame)
        }
        guard active.hasRoom(for: header) else {
            throw .frameTooLarge(header, active.segment.header)
        }
        encoder.finish(
            &header,
            after: active.position,
            rawHash: HashChain.hash(frame.bytes, 0..<frame.bytes.count),
            salt: active.segment.header.salt
        )
        do throws(SystemError) {
            try active.commit(header, encoder.bytes, lastTime: frame.lastTime)
        } catch {
            throw LogError(error)
        }
        // Before anyone is told: what nobody would find again is not acknowledged.
        if watch.isDue() { try lookIfPossible() }
        try moveMark()
        roomLeft.store(active.room, ordering: .relaxed)
        if active.needsSuccessor { preparer.start(active.number + 1, active.dictionarySource) }
        queue.didCommit(frame)
    }

    /// Looks, but a path that can't be looked at for now is no verdict on files that are open.
    private func lookIfPossible() throws(LogError) {
        do throws(LogError) {
            try look()
            watch.couldLook()
        } catch {
            guard !error.isVerdict else { throw error }
            watch.couldNotLook(error)
        }
    }

    /// Makes sure that what is written to is still what readers and the next writer find.
    private func look() throws(LogError) {
        try watch.check()
        guard try watch.needsMark() else { return }
        let (fileSystem, path) = (fileSystem, paths.mark)
        markFile = try onDisk { () throws(SystemError) in
            let file = try fileSystem.open(path, .create)
            try MarkOrigin.claim(file, path, in: fileSystem)
            return file
        }
        try watch.didRenewMark()
    }

    /// Gives up a lock that was renewed, after the thread has ended.
    func releaseLock() { watch.end() }

    /// Seals the full segment and begins the next one, as soon as there is one: until then nothing is
    /// written, so nothing is in doubt.
    private func roll() throws(LogError) {
        let number = active.number + 1
        // What is made here is made by its path: never in a directory that is another one by now.
        try look()
        try preparer.finish(number, active.dictionarySource) { reason throws(LogError) in
            let rest = queue.stall(for: reason)
            // A directory that was taken away is not waited for.
            try lookIfPossible()
            return rest
        }
        if queue.resume() { try look() }
        do throws(SystemError) {
            try active.seal()
            active = try ActiveSegment.begin(
                fileSystem.open(paths.segment(number), .write),
                after: active,
                logID: active.segment.header.logID,
                nodeID: options.nodeID,
                segmentSize: options.segmentSize,
                created: active.position.time
            )
        } catch {
            throw LogError(error)
        }
        try watch.follow(number)
        encoder.dictionary = active.dictionary
        recompressor?.add(number - 1)
    }

    private func moveMark(closedCleanly: Bool = false) throws(LogError) {
        mark.generation += 1
        mark.sequence = active.position.nextSequence - 1
        mark.segment = active.number
        mark.offset = active.position.offset
        mark.closedCleanly = closedCleanly
        do throws(SystemError) {
            try mark.write(to: markFile, using: &markBytes)
        } catch {
            throw LogError(error)
        }
    }
}

extension LogError {
    /// What everyone is told after a failed write; what has another remedy keeps its name.
    var asPoison: LogError {
        switch self {
        case .diskFull, .directoryLost, .directoryInUse: self
        default: .poisoned(reason: description)
        }
    }

    /// Whether a look found that what is written is not what others find.
    fileprivate var isVerdict: Bool {
        switch self {
        case .directoryLost, .directoryInUse: true
        default: false
        }
    }

    fileprivate static func frameTooLarge(
        _ frame: FrameHeader,
        _ segment: SegmentHeader
    ) -> LogError {
        .groupTooLarge(bytes: frame.rawLength, limit: segment.footerOffset - Format.pageSize)
    }
}
