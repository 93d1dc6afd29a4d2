public import NIOCore
import Synchronization

/// Runs the tasks of an event loop's connections on the loop, where what they read and write is too.
///
/// On the language's own pool each step of a request wakes another thread, which costs more than most
/// steps do. Nothing that a request does between two waits takes longer than a system call.
public final class EventLoopTaskExecutor: TaskExecutor {
    private struct Jobs {
        /// What waits for the loop's next turn, which is asked for once for all of it.
        var waiting: [UnownedJob] = []
        /// An empty list with the room of an earlier turn.
        var spare: [UnownedJob] = []
    }

    private let loop: any EventLoop
    private let jobs = Mutex(Jobs())

    init(_ loop: any EventLoop) { self.loop = loop }

    /// The executors of a group's loops.
    public static func all(
        of group: any EventLoopGroup
    ) -> [ObjectIdentifier: EventLoopTaskExecutor] {
        Dictionary(
            uniqueKeysWithValues: group.makeIterator().map {
                (ObjectIdentifier($0), EventLoopTaskExecutor($0))
            }
        )
    }

    /// Takes a step of a task, which is run in the loop's next turn.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = jobs.withLock { jobs in
            jobs.waiting.append(job)
            return jobs.waiting.count == 1
        }
        // On a loop that has ended they never run.
        if isFirst { loop.execute { self.runWaiting() } }
    }

    private func runWaiting() {
        var turn: [UnownedJob] = []
        jobs.withLock { jobs in
            swap(&turn, &jobs.waiting)
            swap(&jobs.waiting, &jobs.spare)
        }
        // SAFETY: each was taken out once, under the lock.
        for job in turn { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        turn.removeAll(keepingCapacity: true)
        jobs.withLock { swap(&turn, &$0.spare) }
    }
}
