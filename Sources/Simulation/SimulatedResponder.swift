import Hummingbird

/// Stub.
struct SimulatedResponder: HTTPResponder {
    typealias Context = BasicRequestContext
    let spec: SimulatedProviderSpec
    let outcomes: OutcomeTable?

    func respond(to request: Request, context: Context) async throws -> Response {
        Response(status: .notImplemented)
    }
}
