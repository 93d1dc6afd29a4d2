public import NIOCore
import Platform
import Synchronization
public import WriteAheadLog

/// What runs for a client, and can be ended at any time.
public protocol Cancellable: Sendable {
    /// Ends it; once is enough, and more does no harm.
    func cancel()
}

/// Notices that a client hung up, and cancels what runs for it.
///
/// HTTP/1.1 carries one request at a time on a connection, so a connection has one watch at most: that
/// of its last request. It goes with the connection.
public final class ConnectionWatches: Sendable {
    private let watches = Mutex<[ObjectIdentifier: ClientWatch]>([:])

    /// Watches of no connection yet.
    public init() {}

    /// The connections that are known.
    var count: Int { watches.withLock { $0.count } }

    /// Watches the connection for the request that begins now.
    public func watch(_ channel: any Channel) -> ClientWatch {
        let watch = ClientWatch()
        let isOpen = watches.withLock { watches in
            let key = ObjectIdentifier(channel)
            guard watches[key] != nil else { return false }
            watches[key] = watch
            return true
        }
        // The client left between its request and this line.
        if !isOpen { watch.clientGone() }
        return watch
    }

    /// Ends what still runs for any of them; each is told that the gateway stops.
    public func stopAll() {
        for watch in watches.withLock({ Array($0.values) }) { watch.stop() }
    }

    /// What tells of a connection's end; one for each connection, in its pipeline.
    func makeHandler() -> ConnectionEndHandler {
        ConnectionEndHandler(watches: self)
    }

    fileprivate func opened(_ channel: any Channel) {
        watches.withLock { $0[ObjectIdentifier(channel)] = ClientWatch() }
    }

    fileprivate func ended(_ channel: any Channel) {
        let watch = watches.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
        watch?.clientGone()
    }
}

/// Tells the watches when a client closes its connection, or its side of it.
///
/// A client that only closes its sending side is taken to have hung up, as proxies do: HTTP clients
/// close both sides at once, and the first sign of it is the end of what they send.
final class ConnectionEndHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let watches: ConnectionWatches

    init(watches: ConnectionWatches) {
        self.watches = watches
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watches.opened(context.channel)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            watches.ended(context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watches.ended(context.channel)
        context.fireChannelInactive()
    }
}

/// Whether one request's client is still there, and what to cancel when it goes.
public final class ClientWatch: Sendable {
    private struct State {
        var isGone = false
        var isStopped = false
        var exchange: (any Cancellable)?
        /// One that runs beside it.
        var hedge: (any Cancellable)?
        /// The wait before an attempt.
        var pause: Task<Void, any Error>?
    }
    private let state = Mutex(State())
    private let counted = Counted(.watches)
    /// How long what the request recorded is waited for while the disk is full.
    public let patience = Patience()

    /// Whether the client hung up.
    public var isGone: Bool { state.withLock { $0.isGone } }

    /// Whether the client hung up, once what broke its connection has been told to everybody.
    ///
    /// The reader of a body hears of its broken end before the watch does, in the same turn of the
    /// channel's loop.
    public func isGone(after channel: any Channel) async -> Bool {
        do {
            try await channel.eventLoop.submit {}.get()
        } catch {
            // The loop has ended, and with it the connection.
            return true
        }
        return isGone
    }

    /// Whether the gateway stops and waits no longer, for any request or for that of the caller's task.
    public var isStopping: Bool { Task.isCancelled || state.withLock { $0.isStopped } }

    /// Whether nobody waits for an answer any more.
    public var isAbandoned: Bool { isStopping || isGone }

    /// Puts the exchange under watch; it is cancelled at once if nobody waits for it any more.
    ///
    /// - Parameters:
    ///   - exchange: the exchange.
    ///   - isHedge: whether it runs beside another, which is watched as well.
    public func attach(_ exchange: any Cancellable, isHedge: Bool = false) {
        let isEnded = state.withLock { state in
            if isHedge { state.hedge = exchange } else { state.exchange = exchange }
            return state.isGone || state.isStopped
        }
        if isEnded { exchange.cancel() }
    }

    /// Waits before an attempt, for less if nobody waits for it any more.
    public func pause(for duration: Duration) async {
        let pause = Task { try await Task.sleep(for: duration) }
        let isEnded = state.withLock { state in
            state.pause = pause
            return state.isGone || state.isStopped
        }
        if isEnded { pause.cancel() }
        await withTaskCancellationHandler {
            // Whether it slept its time or was woken, what follows looks for itself.
            _ = await pause.result
        } onCancel: {
            pause.cancel()
        }
    }

    /// Records that the client hung up.
    func clientGone() { end { $0.isGone = true } }

    /// Ends what runs, since the gateway stops.
    func stop() { end { $0.isStopped = true } }

    private func end(_ change: (inout State) -> Void) {
        let (exchange, hedge, pause) = state.withLock { state in
            change(&state)
            return (state.exchange, state.hedge, state.pause)
        }
        exchange?.cancel()
        hedge?.cancel()
        pause?.cancel()
        patience.end()
    }
}
