import NIOCore
import Platform

/// Closes the connection of a client that takes too long to send the head of a request, from its first
/// byte on; a connection without a byte of one is at rest, and has the idle timeout.
///
/// It sees bytes, before HTTP's parser makes parts of them; `SlowClientHandler` behind that tells it what
/// came of them. A head that comes in one piece needs no timer.
final class HeadPaceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let limit: Duration
    private let use: ConnectionUse
    /// Whether the next bytes belong to a head.
    private var isBetweenRequests = true
    /// Whether a part came of the bytes that are being read.
    private var madePart = false
    private var timer: Scheduled<Void>?

    init(limit: Duration, use: ConnectionUse) {
        self.limit = limit
        self.use = use
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        madePart = false
        context.fireChannelRead(data)
        guard isBetweenRequests, !madePart, timer == nil else { return }
        use.headBegan(at: Clocks.monotonicMicroseconds)
        start(context)
    }

    /// The head of a request is there.
    func headCame() {
        madePart = true
        isBetweenRequests = false
        timer?.cancel()
        timer = nil
    }

    /// The end of a request is there.
    func requestEnded() {
        madePart = true
        isBetweenRequests = true
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    private func start(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [self] in
            // The answer before it must not be cut off.
            if use.isBusy {
                start(context)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
