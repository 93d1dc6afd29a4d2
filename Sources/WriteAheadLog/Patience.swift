import Synchronization

/// Whether somebody still waits while the log has no space for a record.
///
/// Who waits for a record waits for one sync, which is soon over. Only a wait for space has no end of its
/// own, so that is abandoned when the patience ends.
public final class Patience: Sendable {
    private let ended = Atomic(false)
    /// Where waits by it are to be looked for.
    private let queue = Mutex<CommitQueue?>(nil)
    /// What it lasts no longer than.
    private let whole: Patience?

    /// A patience that lasts until it is ended.
    public init() { whole = nil }

    /// The patience of one wait, which may end before the whole.
    init(within whole: Patience?) { self.whole = whole }

    /// Whether it has ended.
    var isOver: Bool { ended.load(ordering: .acquiring) || whole?.isOver ?? false }

    /// Ends it: whoever waits for space by it is told why there is none, and nobody waits by it again.
    public func end() {
        ended.store(true, ordering: .releasing)
        // Whoever begins to wait after this line sees that it is over.
        queue.withLock { $0 }?.dropImpatient()
    }

    /// Has those who wait in this queue told at the end.
    func covers(_ queue: CommitQueue) {
        self.queue.withLock { $0 = queue }
        whole?.covers(queue)
    }
}
