import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
public import Settings

/// A simulated provider as a real HTTP server on 127.0.0.1 that speaks the OpenAI family.
///
/// `GET /v1/models`, `GET /v1/models/{id}` and `POST /v1/chat/completions`, streamed and not. Every
/// answer is a function of the spec, the request and how often that request came before. An actor
/// for its lifecycle only; requests don't pass through it.
public actor SimulatedServer {
    /// How long a stop waits for a client that reads no further, before it hangs up on it.
    private static let stopLimit = Duration.seconds(1)

    /// The spec that the server answers by.
    public nonisolated let spec: SimulatedProviderSpec
    private let outcomes: OutcomeTable?
    private var running: Running?

    /// A server that does not listen yet.
    ///
    /// With `outcomes`, a prompt of the table is answered as the model's namesake answered it.
    public init(_ spec: SimulatedProviderSpec, outcomes: OutcomeTable? = nil) {
        self.spec = spec
        self.outcomes = outcomes
    }

    /// Listens on a port of 127.0.0.1, 0 for a free one, and returns the port.
    ///
    /// The socket listens when this returns.
    ///
    /// - Throws: `SimulationError.cannotListen` if the port is taken, `.alreadyRunning`.
    public func start(port: Int = 0) async throws(SimulationError) -> Int {
        if let running { throw .alreadyRunning(port: running.port) }
        let (bound, binding) = AsyncStream<Result<Int, SimulationError>>.makeStream()
        var logger = Logger(label: "logway.simulation")
        logger.logLevel = .critical
        let application = Application(
            responder: SimulatedResponder(spec: spec, outcomes: outcomes),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                binding.yield(.success(channel.localAddress?.port ?? port))
            },
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.stopLimit
        let services = ServiceGroup(configuration: configuration)
        // Detached, so that a graceful shutdown of the caller's own services does not reach it: a
        // draining gateway still needs its providers. Its life is from start to stop.
        let task = Task.detached {
            do {
                try await services.run()
            } catch {
                binding.yield(.failure(.cannotListen(port: port, reason: "\(error)")))
            }
            binding.finish()
        }
        // The place is taken before the wait, so that a second start meanwhile is refused.
        running = Running(services: services, task: task, port: port)
        for await result in bound {
            switch result {
            case .success(let port):
                running = Running(services: services, task: task, port: port)
                return port
            case .failure(let error):
                running = nil
                throw error
            }
        }
        running = nil
        throw .cannotListen(port: port, reason: "the server stopped while it started")
    }

    /// Stops listening, cuts the connections that are open and waits until both are done.
    ///
    /// Cancelling the server's task instead would trap in NIO when a connection was accepted and
    /// not yet taken up.
    public func stop() async {
        guard let running else { return }
        await running.services.triggerGracefulShutdown()
        await running.task.value
        self.running = nil
    }

    private struct Running {
        var services: ServiceGroup
        var task: Task<Void, Never>
        var port: Int
    }
}
