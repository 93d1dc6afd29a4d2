import Hummingbird
import NIOCore
import Synchronization
import Upstream

/// Notices that a client hung up, and cancels what runs for it.
///
/// HTTP/1.1 carries one request at a time on a connection, so a connection has one watch at most.
/// Whoever answers the request keeps its watch, a stream to its last byte; here it is only known.
/// One callback is left on each connection, not one for each of its requests: connections live long.
final class ConnectionWatches: Sendable {
    private struct Known: Sendable {
        weak var watch: ClientWatch?
    }

    private let watches = Mutex<[ObjectIdentifier: Known]>([:])

    /// The connections that are known.
    var count: Int { watches.withLock { $0.count } }

    /// Watches the connection for the request that begins now, as long as the watch is kept.
    func watch(_ channel: any Channel) -> ClientWatch {
        let watch = ClientWatch()
        let key = ObjectIdentifier(channel)
        let isNew = watches.withLock { watches in
            watches.updateValue(Known(watch: watch), forKey: key) == nil
        }
        if isNew {
            channel.closeFuture.whenComplete { [weak self] _ in
                let last = self?.watches.withLock { $0.removeValue(forKey: key)?.watch }
                last?.clientGone()
            }
        }
        return watch
    }
}

/// Whether one request's client is still there, and what to cancel when it goes.
final class ClientWatch: Sendable {
    private struct State {
        var isGone = false
        var exchange: UpstreamExchange?
    }
    private let state = Mutex(State())

    /// Whether the client hung up.
    var isGone: Bool { state.withLock { $0.isGone } }

    /// Puts the exchange under watch; it is cancelled at once if the client is gone already.
    func attach(_ exchange: UpstreamExchange) {
        let isGone = state.withLock { state in
            state.exchange = exchange
            return state.isGone
        }
        if isGone { exchange.cancel() }
    }

    /// Records that the client hung up.
    func clientGone() {
        let exchange = state.withLock { state in
            state.isGone = true
            return state.exchange
        }
        exchange?.cancel()
    }
}
