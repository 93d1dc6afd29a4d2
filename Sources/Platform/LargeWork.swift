import Foundation
import NIOPosix

/// Runs the steps of requests whose bodies or answers are large on threads of their own, so that nobody
/// else waits for them: a loop that reads 30 MB of JSON serves none of its other connections meanwhile.
///
/// Small ones stay on their loops, where a step costs no change of threads.
public final class LargeWork: TaskExecutor {
    /// The bytes from which on a text is large.
    ///
    /// Reading and translating so much takes a millisecond or two, as long as a loop's connections may
    /// wait for one of them; most requests of agents are smaller.
    public static let leastBytes = 256 << 10
    /// How many run at once; the others wait for their turn.
    ///
    /// Half of the cores stay for the loops, and one that is very large doesn't hold up all others.
    static let width = max(2, ProcessInfo.processInfo.activeProcessorCount / 2)

    /// The threads of the process, as the loops are.
    private static let shared = LargeWork()

    private let threads = NIOThreadPool(numberOfThreads: LargeWork.width)

    private init() { threads.start() }

    /// Runs a body on those threads where so many bytes are large, else where it is called.
    ///
    /// What it calls without waiting runs there too, and what it waits for holds none of them. In the end
    /// the caller goes on where it was.
    public static func run<Value, Failure>(
        on bytes: Int,
        _ body: @concurrent () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard bytes >= leastBytes else { return try await body() }
        do throws(Failure) {
            let value = try await withTaskExecutorPreference(shared, operation: body)
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    /// Goes back to where the task runs otherwise.
    ///
    /// What follows may rest on being on its connection's loop: parts of an answer that are handed to the
    /// loop from elsewhere come behind those that are written there meanwhile.
    @inline(never) @concurrent private static func leave() async { await Task.yield() }

    /// Takes a step of a task, which is run on one of the threads.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // SAFETY: it is run once. Threads that have ended run it too, as the process ends.
        threads.submit { _ in unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
