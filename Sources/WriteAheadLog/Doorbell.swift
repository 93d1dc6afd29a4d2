import Dispatch

/// Lets one thread sleep until another rings; rings that no one waits for are kept.
final class Doorbell: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func ring() { semaphore.signal() }

    /// Sleeps until rung.
    func wait() { semaphore.wait() }

    /// Sleeps until rung or until the time is over, by a clock that never jumps; false if it was
    /// not rung.
    func wait(microseconds: Int) -> Bool {
        semaphore.wait(timeout: .now() + .microseconds(microseconds)) == .success
    }
}
