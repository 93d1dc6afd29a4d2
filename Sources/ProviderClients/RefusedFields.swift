import Synchronization

/// The fields of a request that a provider turned out to refuse, so that they are left out from then on.
///
/// Like `FoundResponses` it says how a provider is asked, and is in memory.
final class RefusedFields: Sendable {
    private let names = Mutex<Set<String>>([])

    /// Of some fields those that were not refused.
    func remaining(of fields: Set<String>) -> Set<String> {
        names.withLock { fields.subtracting($0) }
    }

    /// Takes down that one was refused.
    func note(_ name: String) {
        names.withLock { _ = $0.insert(name) }
    }
}
