import Events
import JSONBytes

/// Ids for translated answers, made of the request's own.
struct AnswerIDs {
    let identity: AnswerIdentity
    /// What the client's own family takes for the id of a call, should the client send it there.
    var rule = CallIDRule(of: .openai)

    /// The answer's id in the form of a family: `chatcmpl-…`, `msg_…`.
    ///
    /// The provider's own is not used: some servers give every answer the same one, and Claude Code
    /// takes turns of one id for one turn.
    func answer(_ prefix: String) -> String {
        prefix + identity.requestID.filter { $0 != "-" }
    }

    /// The id of a tool's call, which the client sends back with the result: the provider's, as far as the
    /// client's family takes it, since a conversation may go on there with its bytes untouched.
    func call(_ index: Int, given: JSONSlice?) -> String {
        if let given = given?.string, !given.isEmpty {
            var salt = 0
            return rule.id(for: given, salt: &salt) { _ in true }
        }
        return "call_" + identity.requestID.filter { $0 != "-" } + "_\(index)"
    }
}
