import ClientHTTP
import ServiceLifecycle

/// A server that, told to stop, lets its requests run for a while and then ends them itself.
///
/// Whoever is still waiting for an answer is told so, which a server that is cancelled can't do any
/// more: its connections close under it.
struct DrainingServer<Server: Service>: Service {
    let server: Server
    /// How long the requests may run on.
    let grace: Duration
    let watches: ConnectionWatches

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            Task {
                try await Task.sleep(for: grace)
                watches.stopAll()
            }
        }
    }
}
