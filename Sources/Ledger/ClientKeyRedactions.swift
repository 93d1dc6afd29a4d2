public import Events
import Synchronization

/// What takes a client's own key out of its request's names, kept for the keys that came lately.
///
/// To look for a key in all the forms that it may come back in takes a filter of some kilobytes, and nearly
/// every request of a client brings the same key.
public final class ClientKeyRedactions: Sendable {
    /// The keys that are kept: more than most gateways have clients, and half a megabyte of filters.
    static let limit = 64
    /// The bytes of a key that is kept; the longest of services, which are tokens of some hundred bytes, fit.
    static let keyLimit = 2_048

    private let kept = Mutex<[KnownSecret: Redaction]>([:])

    /// How many are kept.
    var count: Int { kept.withLock { $0.count } }

    /// What takes this key out of texts.
    public func redaction(of key: KnownSecret) -> Redaction {
        if let found = kept.withLock({ $0[key] }) { return found }
        let made = Redaction([key])
        guard key.byteCount <= Self.keyLimit else { return made }
        kept.withLock { kept in
            // Whoever sends another key each time pays for it alone.
            if kept.count >= Self.limit { kept.removeAll(keepingCapacity: true) }
            kept[key] = made
        }
        return made
    }
}
