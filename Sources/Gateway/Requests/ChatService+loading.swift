import Events
import Hummingbird
import Ledger
import NIOCore
import Platform
import Providers
import RouterState

extension ChatService {
    /// The answer to a request of Ollama's API that only loads a model which no Ollama has; `nil` for
    /// any other, and for a model that nobody has.
    ///
    /// It is no request to a model, so nothing is recorded, as with `/api/show`.
    func loaded(_ client: ClientRequest) throws(RequestError) -> Response? {
        guard let load = try OllamaLoad(client) else { return nil }
        let isThere = ledger.read { state, _ in
            let found = state.owners(of: client.model)
            let owners = found.owners.isEmpty ? state.allOwners : found.owners
            return found.isKnown && !owners.contains { $0.family == .ollama }
        }
        guard isThere else { return nil }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: load.answer(at: Clocks.wall)))
        )
    }
}
