import Glibc
import NIOCore
import NIOPosix
import Settings

extension ServerSettings {
    /// Binds the address and lets go of it again, so that a start which can't listen writes nothing.
    ///
    /// Who takes the address between this and listening still ends the start, with a log that was
    /// opened.
    ///
    /// - Throws: `GatewayError.portInUse`, `.cannotListen`.
    func checkAddress() async throws {
        guard port != 0 else { return }
        // As the server itself binds: connections of the last one that linger are not in the way.
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            try await bootstrap.bind(host: host, port: port).get().close()
        } catch {
            throw GatewayError(error, listeningOn: self)
        }
    }
}

extension GatewayError {
    /// What ended the services, in words that hold nothing of what a library knows.
    init(_ error: any Error, listeningOn server: ServerSettings) {
        guard let error = error as? IOError else {
            self = .serviceEnded(kind: "\(type(of: error))")
            return
        }
        let (host, port) = (server.host, server.port)
        self =
            error.errnoCode == EADDRINUSE
            ? .portInUse(host: host, port: port)
            : .cannotListen(host: host, port: port, reason: "\(error)")
    }
}
