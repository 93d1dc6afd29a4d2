import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Platform

/// What is large runs beside the event loops, and only that.
struct LargeWorkTests {
    private struct Failed: Error {}

    /// Runs a body as a connection's task does.
    private func onLoop(
        _ body: @Sendable @escaping @concurrent (EventLoopTaskExecutor) async throws -> Void
    ) async throws {
        let executor = EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())
        try await withTaskExecutorPreference(executor) { try await body(executor) }
    }

    private var isOnLoop: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }

    @Test func `small texts stay on the loop`() async throws {
        try await onLoop { _ in
            let wasThere = await LargeWork.run(on: LargeWork.leastBytes - 1) { isOnLoop }
            #expect(wasThere)
            #expect(isOnLoop)
        }
    }

    @Test func `large texts leave the loop and come back to it`() async throws {
        for _ in 0..<100 {
            try await onLoop { _ in
                let wasThere = await LargeWork.run(on: LargeWork.leastBytes) { isOnLoop }
                #expect(!wasThere)
                #expect(isOnLoop)
            }
        }
    }

    @Test func `what is waited for in between comes back to the threads`() async throws {
        try await onLoop { _ in
            let places = await LargeWork.run(on: LargeWork.leastBytes) {
                let before = isOnLoop
                await Task.yield()
                return [before, isOnLoop]
            }
            #expect(places == [false, false])
            #expect(isOnLoop)
        }
    }

    @Test func `an error comes back to the loop too`() async throws {
        try await onLoop { _ in
            do throws(Failed) {
                try await LargeWork.run(on: LargeWork.leastBytes) { () throws(Failed) in
                    throw Failed()
                }
                Issue.record("it did not throw")
            } catch {
                #expect(isOnLoop)
            }
        }
    }

    @Test func `a loop serves others while its own large work runs`() async throws {
        try await onLoop { _ in
            // It blocks its thread until the loop has done something.
            let loop = MultiThreadedEventLoopGroup.currentEventLoop
            let served = Latch()
            await LargeWork.run(on: LargeWork.leastBytes) {
                loop?.execute { served.open() }
                served.block()
            }
        }
    }
}
