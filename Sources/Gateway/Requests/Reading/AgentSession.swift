import Events
import HTTPTypes
import JSONBytes
import Providers

/// The session that a coding agent says a request is of: its conversation, whatever its first words are.
///
/// Agents begin all sessions of a project with the same text (their instructions, the project's own), so
/// the words don't tell them apart. Claude Code: `x-claude-code-session-id`, and `session_id` in
/// `metadata.user_id`; its sub-agents have an `x-claude-code-agent-id` besides. Codex: `session-id` and
/// `thread-id`, older ones `session_id` and `conversation_id`, and the thread as `prompt_cache_key`.
/// Others, OpenRouter's clients and opencode among them, send one of the common names. November 2026.
struct AgentSession: Sendable {
    /// Headers with the session's id, the first that is there counts.
    private static let sessionHeaders = [
        "x-claude-code-session-id", "session-id", "session_id", "x-session-id",
        "x-session-affinity", "x-opencode-session", "x-conversation-id", "conversation_id",
    ].compactMap { HTTPField.Name($0) }
    /// Headers that part a session into conversations.
    private static let threadHeaders = [
        "x-claude-code-agent-id", "thread-id", "x-thread-id",
    ].compactMap { HTTPField.Name($0) }
    /// What stands before the session in the text that Claude Code put into `user_id` before it was JSON.
    private static let userMark = "_session_"

    /// The parts that tell the conversation from others, in order.
    let parts: [String]

    /// The session of a request; `nil` where it names none.
    init?(_ headers: HTTPFields, of request: ClientRequest) {
        let session =
            Self.sessionHeaders.lazy.compactMap { headers[$0] }.first { !$0.isEmpty }
            ?? request.metadata["user_id"].flatMap(Self.session(inUser:))
        let threads = Self.threadHeaders.compactMap { headers[$0] }.filter { !$0.isEmpty }
        guard session != nil || !threads.isEmpty else { return nil }
        parts = [session ?? ""] + threads
    }

    /// The session in Claude Code's `user_id`: JSON, or `user_…_account_…_session_…`.
    private static func session(inUser user: String) -> String? {
        if user.hasPrefix("{") {
            do {
                let id = try JSONSlice(validating: Array(user.utf8)).member("session_id")?.string
                return id.flatMap { $0.isEmpty ? nil : $0 }
            } catch {
                // Another client's own text: it names no session.
                return nil
            }
        }
        guard let mark = user.ranges(of: userMark).last else { return nil }
        let id = user[mark.upperBound...]
        return id.isEmpty ? nil : String(id)
    }
}
