import Synchronization

/// A request without its family, read once however many families ask for it.
///
/// Requests that pass as they came never need it, so it is read when somebody asks.
final class ConversationMemo: Sendable {
    private let known = Mutex<Result<Conversation, RequestError>?>(nil)

    /// What `read` gives, which is asked once.
    func conversation(
        _ read: () throws(RequestError) -> Conversation
    ) throws(RequestError) -> Conversation {
        let result = known.withLock { known in
            if let known { return known }
            let result: Result<Conversation, RequestError>
            do throws(RequestError) {
                result = .success(try read())
            } catch {
                result = .failure(error)
            }
            known = result
            return result
        }
        return try result.get()
    }
}
