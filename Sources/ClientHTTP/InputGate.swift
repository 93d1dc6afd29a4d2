import NIOCore

/// What every byte of a client passes before the parser sees it.
///
/// Once nothing that comes can be a request any more (a broken one, the last one), the gate is shut: what a
/// client still sends is read and thrown away, so that its answer is not lost. To close a connection that
/// holds unread bytes resets it, and a reset takes with it what the client has not read yet (RFC 9112,
/// section 9.6).
///
/// It also counts the first line of the request under way, which the parser's errors say nothing of: a line
/// that is too long is another fault than a header that is.
final class InputGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    /// Whether what comes goes no further.
    private var isShut = false
    /// The bytes of the first line of the request under way, as far as it has come.
    private(set) var firstLineBytes = 0
    private var hasFirstLine = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Runs once the socket has taken everything that was written before; on the loop, and never where the
    /// connection ends first.
    func whenTaken(_ body: @escaping () -> Void) {
        guard let context else { return }
        // Nothing, behind everything.
        context.writeAndFlush(NIOAny(ByteBuffer())).assumeIsolated().whenSuccess(body)
    }

    /// Lets nothing more through.
    func shut() { isShut = true }

    /// The next bytes begin another request.
    func requestEnded() { (hasFirstLine, firstLineBytes) = (false, 0) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isShut else { return }
        if !hasFirstLine { countFirstLine(unwrapInboundIn(data).readableBytesView) }
        context.fireChannelRead(data)
    }

    private func countFirstLine(_ bytes: ByteBufferView) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        hasFirstLine = end != nil
        firstLineBytes += (end ?? bytes.endIndex) - bytes.startIndex
    }
}
