import JSONBytes

/// Ids for translated answers, made of the request's own.
struct AnswerIDs {
    let identity: AnswerIdentity

    /// The answer's id in the form of a family: `chatcmpl-…`, `msg_…`.
    ///
    /// The provider's own is not used: some servers give every answer the same one, and Claude Code
    /// takes turns of one id for one turn.
    func answer(_ prefix: String) -> String {
        prefix + identity.requestID.filter { $0 != "-" }
    }

    /// The id of a tool's call, which the client sends back with the result.
    func call(_ index: Int, given: JSONSlice?) -> String {
        if let given = given?.string, !given.isEmpty { return given }
        return "call_" + identity.requestID.filter { $0 != "-" } + "_\(index)"
    }
}
