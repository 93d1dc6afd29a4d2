import Events
public import HTTPTypes
public import NIOCore
import NIOHTTPTypes
import Platform
public import Providers

/// Keeps the connection of a streamed answer alive while nothing of it comes: pings in the client's
/// own protocol, and before the first of them the head, if nobody has answered yet.
///
/// Agents and proxies give up on a silent connection (Claude Code after five minutes). After a ping the
/// status is 200 whatever follows: failover goes on behind it, and an error is a frame of the stream.
///
/// `@unchecked Sendable` because everything that changes is touched on the connection's event loop
/// alone. All that is written goes through that loop, whole events at a time, so that a ping can get
/// neither into an event nor behind the answer's end.
public final class KeepAlive: @unchecked Sendable {
    private enum Phase {
        /// Nobody has answered: the first ping brings the head with it.
        case waiting
        /// An error is on its way, which has a head of its own.
        case refusing
        /// The head was written.
        case flowing
        case ended
    }

    private let counted = Counted(.keepAlives)
    private let interval: TimeAmount
    private let ping: ByteBuffer
    private let head: HTTPFields
    /// Whether what the request rests on is as durable as it must be before a client hears of it.
    private let mayBegin: @Sendable () -> Bool
    private weak var connection: ClientConnection?
    private var phase = Phase.waiting
    private var lastWrite = NIODeadline.now()
    private var next: Scheduled<Void>?
    /// Whether a ping brought the head.
    private(set) var hasBegun = false

    /// What keeps the stream of an answer alive; `nil` where its protocol has nothing to send.
    ///
    /// - Parameters:
    ///   - client: the request.
    ///   - interval: after how long a silence a ping is sent.
    ///   - head: the headers that come before the first of them.
    ///   - mayBegin: whether what the request rests on is as durable as it must be before a client hears
    ///     of it.
    public init?(
        _ client: ClientRequest,
        every interval: Duration,
        head: HTTPFields,
        mayBegin: @escaping @Sendable () -> Bool
    ) {
        guard client.streamed, let ping = client.api.ping else { return nil }
        self.interval = TimeAmount(interval)
        self.ping = ByteBuffer(string: ping)
        self.head = head
        self.mayBegin = mayBegin
    }

    /// Begins to watch the answer to the request that the connection handed out last.
    ///
    /// It has begun when this returns: one that began behind the answer's head would send another.
    public func start(on channel: any Channel) async {
        if channel.eventLoop.inEventLoop { return begin(on: channel) }
        do {
            try await channel.eventLoop.submit { self.begin(on: channel) }.get()
        } catch {
            // The loop has ended, and with it the connection.
        }
    }

    private func begin(on channel: any Channel) {
        do {
            let connection = try channel.pipeline.syncOperations.handler(
                type: ClientConnection.self
            )
            connection.keepAlive = self
            self.connection = connection
            lastWrite = .now()
            schedule(on: channel.eventLoop)
        } catch {
            // A connection that was closed meanwhile needs nothing to live on.
        }
    }

    /// Leaves the answer to an error; says whether the head has been sent, so that the error must be
    /// a frame of the stream.
    public func refuse(on channel: any Channel) async -> Bool {
        if channel.eventLoop.inEventLoop { return refuse() }
        do {
            return try await channel.eventLoop.submit { self.refuse() }.get()
        } catch {
            // The loop has ended, and with it the connection.
            return true
        }
    }

    private func refuse() -> Bool {
        if case .waiting = phase { phase = .refusing }
        return hasBegun
    }

    /// Whether a head is to be written: not after a ping has brought one.
    func headComes() -> Bool {
        if case .ended = phase { return true }
        phase = .flowing
        lastWrite = .now()
        return !hasBegun
    }

    /// Something was written.
    func wrote() { lastWrite = .now() }

    /// The answer has ended, or its connection.
    func end() {
        phase = .ended
        next?.cancel()
        next = nil
    }

    private func schedule(on loop: any EventLoop) {
        next = loop.scheduleTask(deadline: lastWrite + interval) { self.tick(on: loop) }
    }

    private func tick(on loop: any EventLoop) {
        guard let connection, phase != .ended else { return }
        if NIODeadline.now() >= lastWrite + interval { send(on: connection) }
        schedule(on: loop)
    }

    private func send(on connection: ClientConnection) {
        lastWrite = .now()
        // A client that doesn't read what it has got is not waiting for more.
        guard connection.channel.isWritable else { return }
        switch phase {
        case .waiting:
            guard mayBegin() else { return }
            var head = head
            head[.date] = ResponseDates.format(of: Clocks.wall)
            connection.send(
                .head(HTTPResponse(status: .ok, headerFields: head)),
                flush: false
            )
            hasBegun = true
        case .flowing: break
        case .refusing, .ended: return
        }
        connection.send(.body(ping), flush: true)
    }
}

extension ClientAPI {
    /// What says that an answer is still to come: Anthropic's event, a comment in other streams of
    /// events; `nil` where the protocol has no such thing (lines of JSON).
    fileprivate var ping: String? {
        switch family {
        case .anthropic: "event: ping\ndata: {\"type\": \"ping\"}\n\n"
        case .openai: ": keep-alive\n\n"
        case .ollama, .gemini: nil
        }
    }
}
