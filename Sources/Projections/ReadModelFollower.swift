import Dispatch
import Synchronization
import WriteAheadLog

/// Keeps a read model close behind its log, on a thread of its own.
///
/// It looks five times a second how far the log is, which costs two reads of a small file; requests
/// know nothing of it. Nothing that happens here stops anyone: what fails is told once and tried
/// again.
public final class ReadModelFollower: Sendable {
    private let directory: String
    private let interval: Duration
    private let notice: @Sendable (String) -> Void
    private let isStopping = Atomic(false)
    private let stopping = DispatchSemaphore(value: 0)
    private let thread = BackgroundThread("logway-read")
    /// The longest wait after failures.
    private static let longestWait = Duration.seconds(30)

    /// Begins to follow the log in a directory.
    ///
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - interval: how long it waits between two looks.
    ///   - notice: told what the operator may want to know and nothing depends on.
    public init(
        _ directory: String,
        interval: Duration = .milliseconds(200),
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.directory = directory
        self.interval = interval
        self.notice = notice
        // Requests go first.
        thread.start { [self] in follow() }
    }

    /// Ends the thread where it is: what it has not folded is folded by whoever comes next.
    ///
    /// Waits for it, but not for long: it may not get the processor. It is left to itself then, and the
    /// end of the process breaks off its transaction, as a crash would. May be called again: a stop of
    /// the gateway that failed is repeated.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        stopping.signal()
        _ = thread.waitForEnd()
    }

    private func follow() {
        var model: ReadModel?
        var wait = interval
        var told: String?
        repeat {
            do {
                let current = try model ?? ReadModel(directory, notice: notice)
                model = current
                try current.catchUp { !isStopping.load(ordering: .relaxed) }
                wait = interval
                told = nil
            } catch {
                model = nil
                wait = min(wait * 2, Self.longestWait)
                let text = "\(error)"
                if text != told { notice("the read model waits behind the log: \(text)") }
                told = text
            }
        } while stopping.wait(timeout: .now() + wait.timeInterval) == .timedOut
    }
}

extension Duration {
    /// In whole and broken seconds.
    fileprivate var timeInterval: DispatchTimeInterval {
        .microseconds(Int(self / .microseconds(1)))
    }
}
