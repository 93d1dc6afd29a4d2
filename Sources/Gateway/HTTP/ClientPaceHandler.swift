import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes the connection of a client that is too slow to send its request or to take its answer.
///
/// The idle timeout minds neither: a body may trickle in for ever, and of a client that stops reading
/// nothing is heard at all, while its provider's connection and the answer's bytes are held for it.
/// To the rest a closed connection is a client that hung up.
final class ClientPaceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    /// How long a request's body may take from its head to its end, and how long a client may leave
    /// all bytes that wait for it where they are.
    struct Limits: Sendable {
        var body = Duration.seconds(300)
        var reading = Duration.seconds(60)
    }

    private let limits: Limits
    private var isInBody = false
    private var body: Scheduled<Void>?
    private var reading: Scheduled<Void>?

    init(_ limits: Limits) {
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isInBody = true
        case .body: break
        case .end:
            isInBody = false
            body?.cancel()
            body = nil
        }
        context.fireChannelRead(data)
    }

    /// Most requests come in one piece and need no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if isInBody, body == nil {
            body = schedule(context, after: limits.body) { context.close(promise: nil) }
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
