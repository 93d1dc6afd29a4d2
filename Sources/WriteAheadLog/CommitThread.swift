import Foundation

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
    private let markFile: any File
    private var markBytes = [UInt8](repeating: 0, count: DurableMark.size)
    private var encoder = FrameEncoder()
    private let ended = Doorbell()

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
        preparer = recovered.preparer
    }

    func start() {
        let thread = Thread { [self] in
            run()
            ended.ring()
        }
        thread.name = "logway-commit"
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
        preparer.join()
        guard queue.failure == nil else { return }
        do throws(LogError) {
            try moveMark(closedCleanly: true)
        } catch {
            queue.poison(error.asPoison)
        }
    }

    /// From here on a crash at any line leaves either all of the frame or none of it: before the
    /// sync it may be cut as a torn tail, and no one was told; after it, it is found again.
    private func commit(_ frame: PendingFrame) throws(LogError) {
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
        try moveMark()
        if active.needsSuccessor { preparer.start(active.number + 1, active.dictionarySource) }
        queue.didCommit(frame)
    }

    /// Seals the full segment and begins the next one.
    private func roll() throws(LogError) {
        let number = active.number + 1
        try preparer.finish(number, active.dictionarySource)
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
    /// What everyone is told after a failed write; a full disk keeps its name.
    var asPoison: LogError {
        if case .diskFull = self { self } else { .poisoned(reason: description) }
    }

    fileprivate static func frameTooLarge(
        _ frame: FrameHeader,
        _ segment: SegmentHeader
    ) -> LogError {
        .groupTooLarge(bytes: frame.rawLength, limit: segment.footerOffset - Format.pageSize)
    }
}
