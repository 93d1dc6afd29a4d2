import NIOPosix

/// Runs what blocks (reading files) on a thread of its own pool, never on the cooperative one.
enum BlockingWork {
    /// Runs the body on a thread that may block.
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
