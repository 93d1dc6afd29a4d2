import NIOCore

/// Takes a client that closes its side of the connection for one that hung up.
///
/// Hummingbird allows half-closed connections, on which a client that has gone looks like one that
/// has only said everything: its call would go on, and cost, until something is written to it. Like
/// nginx, we close; a client that wants its answer keeps its side open.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    /// Sets the option on the connection that begins.
    func handlerAdded(context: ChannelHandlerContext) {
        context.channel.setOption(.allowRemoteHalfClosure, value: false)
            .assumeIsolated().whenFailure { context.fireErrorCaught($0) }
    }
}
