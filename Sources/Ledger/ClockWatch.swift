import NIOCore
import NIOPosix
import Platform
public import ServiceLifecycle
import WriteAheadLog

/// Looks at the clock every so often, so that a doubt is told, and ends, while nobody asks anything.
public struct ClockWatch: Service {
    /// A person who set a clock or confirmed it looks for what comes of it.
    static let interval = TimeAmount.seconds(1)

    let ledger: Ledger

    /// A watch of the clock that a ledger's events are stamped by.
    public init(ledger: Ledger) {
        self.ledger = ledger
    }

    /// Runs until the service is told to stop.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    _ = ledger.now
                    try await BlockingWork.run { [ledger] in try ledger.judgeClock() }
                } catch {
                    // The log takes nothing more, and whoever asks it for something says so.
                }
                await pause()
            }
        }
    }

    /// Waits on an event loop, whose waits are by the time that passed: the clock that is looked at may
    /// be set while it waits.
    private func pause() async {
        let next = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.interval) {}
        await withTaskCancellationHandler {
            do {
                try await next.futureResult.get()
            } catch {
                // The service is to stop.
            }
        } onCancel: {
            next.cancel()
        }
    }
}

extension ClockWatch: CustomStringConvertible {
    /// The name alone: the lifecycle's errors print the service that they are about.
    public var description: String { "clock watch" }
}
