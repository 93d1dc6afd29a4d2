import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import Platform
public import ServiceLifecycle

/// Listens on an address for clients, and answers each of them until it is told to stop.
public struct ClientServer: Service {
    private let server: Server<ClientChannel>

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - responder: who answers.
    ///   - watches: notices that clients hang up.
    ///   - pace: how slow a client may be.
    ///   - idleTimeout: how long a connection may lie idle between requests.
    ///   - connections: how many there may be.
    ///   - shortages: where it is noted that there was no descriptor for one.
    ///   - host: the address.
    ///   - port: the port; 0 for a free one.
    ///   - logger: where the operator reads what happens.
    ///   - onListening: called once when it listens, with the port.
    public init(
        _ responder: any ClientResponder,
        watches: ConnectionWatches,
        pace: ClientPace,
        idleTimeout: Duration,
        connections: ConnectionLimit,
        shortages: Shortages,
        host: String,
        port: Int,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        let loops = MultiThreadedEventLoopGroup.singleton
        server = Server(
            childChannelSetup: ClientChannel(
                responder: responder,
                watches: watches,
                pace: pace,
                idleTimeout: idleTimeout,
                connections: connections,
                executors: EventLoopTaskExecutor.all(of: loops)
            ),
            configuration: ServerConfiguration(
                address: .hostname(host, port: port),
                backlog: 1_024
            ),
            onServerRunning: { channel in
                channel.pipeline.addHandler(AcceptWatch(connections, shortages), position: .first)
                    .whenFailure { logger.error("accepting is not watched: \($0)") }
                await onListening(channel.localAddress?.port ?? port)
            },
            eventLoopGroup: loops,
            logger: logger
        )
    }

    /// Runs until the service is told to stop and the last request is answered.
    ///
    /// - Throws: `IOError` where it can't listen.
    public func run() async throws { try await server.run() }
}
