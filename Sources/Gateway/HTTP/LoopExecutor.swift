import NIOCore

/// Runs a connection's task on the connection's event loop, where what it reads and writes is too.
///
/// On the language's own pool each step of a request wakes another thread, which costs more than most
/// steps do. Nothing that a request does between two waits takes longer than a system call.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Safe: the closure runs once, or, on a loop that has ended, never.
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
