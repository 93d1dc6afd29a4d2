import ServiceLifecycle
import Synchronization

/// A gateway that listens.
public struct Listening: Sendable {
    /// The port.
    public let port: Int
    let group: GroupReference

    /// Stops the gateway in good order, as SIGTERM does; `run` returns when it is done.
    public func stop() async {
        await group.get()?.triggerGracefulShutdown()
    }
}

/// The service group that runs, for a service of its own that has to stop it.
final class GroupReference: Sendable {
    private let group = Mutex<ServiceGroup?>(nil)

    func set(_ group: ServiceGroup) {
        self.group.withLock { $0 = group }
    }

    func get() -> ServiceGroup? {
        group.withLock { $0 }
    }
}
