import Crypto
import Events
import Providers
import WriteAheadLog

/// Tells conversations apart without keeping their text: by a hash whose key is not in the log.
struct ConversationMarks: Sendable {
    /// A hash that has taken in the key, from which each mark goes on.
    private let keyed: HMAC<SHA256>

    /// The marks of a data directory: its key is `conversation.key`, made at the first use.
    ///
    /// - Throws: `LogError` when there is none and none can be made.
    init(
        directory: String,
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        let bytes = try DirectorySecret.bytes(
            named: "conversation.key",
            in: directory,
            fileSystem: fileSystem
        )
        keyed = HMAC(key: SymmetricKey(data: bytes))
    }

    /// The mark of a request: by the client's cache key, else by its agent's session and the model
    /// that it asks for, else by how its messages begin.
    ///
    /// `nil` where none is there. Tenants never share one. An agent asks other models small questions in
    /// a session (Claude Code has titles made), which must not draw the conversation to themselves.
    func mark(
        _ request: ClientRequest,
        cacheKey: String?,
        session: AgentSession? = nil,
        tenant: String?
    ) -> ConversationMark? {
        var text = Array((tenant ?? "").utf8)
        var mark = ConversationMark()
        if let cacheKey {
            text += [0, 1]
            text += cacheKey.utf8
            mark.isFollowUp = true
        } else if let session {
            text += [0, 3]
            for part in session.parts + [request.model] {
                text += part.utf8
                text.append(0)
            }
            mark.isFollowUp = request.isAnswered
        } else if let name = request.promptCacheKey {
            text += [0, 1]
            text += name.utf8
            mark.isFollowUp = true
        } else if let start = request.conversationStart {
            text += [0, 2]
            text += start.text
            mark.isFollowUp = start.isAnswered
        } else {
            return nil
        }
        var hash = keyed
        hash.update(data: text)
        mark.fingerprint = hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        return mark
    }
}
