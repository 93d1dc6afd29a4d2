import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// How slow a client may be.
public struct ClientPace: Sendable {
    /// How long a request's head may take from its first byte to its end.
    public var head: Duration
    /// How long its body may take from there to its own.
    public var body: Duration
    /// How long a client may leave all bytes that wait for it where they are.
    public var reading: Duration

    /// What is usual, or else is given.
    public init(
        head: Duration = .seconds(60),
        body: Duration = .seconds(300),
        reading: Duration = .seconds(60)
    ) {
        self.head = head
        self.body = body
        self.reading = reading
    }
}

/// Closes the connection of a client that is too slow to send its request or to take its answer.
///
/// The idle timeout minds neither: a body may trickle in for ever, and of a client that stops reading
/// nothing is heard at all, while its provider's connection and the answer's bytes are held for it.
/// To the rest a closed connection is a client that hung up.
final class SlowClientHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let limits: ClientPace
    /// Who minds the heads.
    private let head: HeadPaceHandler
    private let use: ConnectionUse
    private var isInBody = false
    /// The heads that have come.
    private var headCount = 0
    private var body: Scheduled<Void>?
    private var reading: Scheduled<Void>?

    init(_ limits: ClientPace, _ head: HeadPaceHandler, use: ConnectionUse) {
        self.limits = limits
        self.head = head
        self.use = use
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isInBody = true
            headCount += 1
            head.headCame()
        case .body: break
        case .end:
            isInBody = false
            head.requestEnded()
            body?.cancel()
            body = nil
        }
        context.fireChannelRead(data)
    }

    /// Most requests come in one piece and need no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if isInBody, body == nil {
            body = watchBody(context)
        }
        context.fireChannelReadComplete()
    }

    /// The channel is unwritable from the moment on when more waits than its high watermark, until
    /// the client has taken most of it.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reading?.cancel()
        reading = context.channel.isWritable ? nil : watchReading(context, waiting: .max)
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        body?.cancel()
        reading?.cancel()
    }

    /// Closes the connection at the limit, unless an answer before it is under way: the body is not read on
    /// then, and that answer must not be cut off.
    private func watchBody(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        schedule(context, after: limits.body) { [self] in
            if use.begunCount < headCount {
                body = watchBody(context)
            } else {
                context.close(promise: nil)
            }
        }
    }

    /// Closes the connection unless fewer bytes wait by the limit than did before.
    private func watchReading(_ context: ChannelHandlerContext, waiting: Int) -> Scheduled<Void> {
        schedule(context, after: limits.reading) { [self] in
            let now = try context.channel.syncOptions?.getOption(.bufferedWritableBytes)
            if let now, now < waiting {
                reading = watchReading(context, waiting: now)
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func schedule(
        _ context: ChannelHandlerContext,
        after limit: Duration,
        _ body: @escaping () throws -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit), body)
    }
}
