/// Why a simulated provider can't run.
public enum SimulationError: Error, Equatable {
    /// The port could not be bound.
    case cannotListen(port: Int, reason: String)
    /// The server was started a second time without being stopped.
    case alreadyRunning(port: Int)
    /// The outcome table could not be opened.
    case unreadableOutcomes(file: String, reason: String)
    /// A line of the outcome table is not of its form.
    case invalidOutcome(file: String, line: Int, reason: String)
}

extension SimulationError: CustomStringConvertible {
    /// What happened, to which file or port, and what to do.
    public var description: String {
        switch self {
        case .cannotListen(let port, let reason):
            "a simulated provider can't listen on port \(port): \(reason); use port 0 for a free one"
        case .alreadyRunning(let port):
            "this simulated provider runs already on port \(port); stop it first"
        case .unreadableOutcomes(let file, let reason):
            "\(file): \(reason)"
        case .invalidOutcome(let file, let line, let reason):
            "\(file):\(line): \(reason)"
        }
    }
}
