import Synchronization

/// A request without its family, read once however many families ask for it.
///
/// Requests that pass as they came never need it, so it is read when somebody asks. It takes up to a
/// kilobyte for each object of the body, so it is forgotten once most have asked.
final class ConversationMemo: Sendable {
    private struct State {
        var known: Result<Conversation, RequestError>?
        var isForgotten = false
    }

    private let state = Mutex(State())

    /// What `read` gives, which is asked once, and after `forget` each time.
    func conversation(
        _ read: () throws(RequestError) -> Conversation
    ) throws(RequestError) -> Conversation {
        let result = state.withLock { state in
            if let known = state.known { return known }
            let result: Result<Conversation, RequestError>
            do throws(RequestError) {
                result = .success(try read())
            } catch {
                result = .failure(error)
            }
            if !state.isForgotten { state.known = result }
            return result
        }
        return try result.get()
    }

    /// Keeps nothing from now on: who asks after this reads it for himself.
    func forget() { state.withLock { $0 = State(isForgotten: true) } }
}
