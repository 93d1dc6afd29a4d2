import Glibc
import NIOCore
import Platform

/// Tells when the system gives no descriptor for a new connection, and lets those at rest give way.
///
/// SwiftNIO waits a second then and goes on (`AcceptBackoffHandler`), but says nothing. The client that
/// waits to be accepted meanwhile is in the kernel's queue.
final class AcceptWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Channel

    private let connections: ConnectionLimit
    private let shortages: Shortages

    init(_ connections: ConnectionLimit, _ shortages: Shortages) {
        self.connections = connections
        self.shortages = shortages
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError,
            [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        {
            shortages.note(
                .system,
                "no descriptor for a new connection (errno \(error.errnoCode)): raise `ulimit -n`, or "
                    + "lower server.maxConnections"
            )
            connections.makeRoom()
        }
        context.fireErrorCaught(error)
    }
}
