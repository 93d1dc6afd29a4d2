import NIOPosix
import Synchronization

/// Runs what blocks (reading files) on a thread of its own pool, never on the cooperative one.
public enum BlockingWork {
    /// Runs the body on a thread that may block.
    public static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    /// Runs a body that may take long, and asks between its steps whether its result is still wanted.
    public static func run<Result: Sendable>(
        whileWanted body: @escaping @Sendable (_ isWanted: () -> Bool) throws -> Result
    ) async throws -> Result {
        let want = Want()
        return try await withTaskCancellationHandler {
            try await run { try body { want.isThere.load(ordering: .relaxed) } }
        } onCancel: {
            want.isThere.store(false, ordering: .relaxed)
        }
    }

    /// Whether somebody still waits.
    private final class Want: Sendable {
        let isThere = Atomic(true)
    }
}
