public import Hummingbird
public import NIOCore

/// Who answers the requests of clients.
public protocol ClientResponder: Sendable {
    /// The most that is read of a body sent to a path.
    func bodyLimit(at path: String) -> BodyLimit

    /// Answers a request, which came over this connection.
    func respond(to request: Request, on channel: any Channel) async -> Response
}
