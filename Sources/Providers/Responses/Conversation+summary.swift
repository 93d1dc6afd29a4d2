import JSONBytes

extension ClientRequest {
    /// Whether its conversation is to be summed up, in its own API or by an item that says so.
    var isForSummary: Bool { api == .compaction || links.asksForSummary }
}

extension Conversation {
    /// What a model is told that is to sum a conversation up: another one goes on from its words.
    static let summaryInstruction = """
        Write a summary of this conversation from which another assistant can go on with the work \
        without having seen it: what the user wants, what was decided and why, what was done and with \
        which result (files, commands, findings), what failed, what is still to do. Keep names, paths, \
        numbers, code and quotations that matter as they are. Write the summary and nothing else.
        """

    /// Asks for a summary in place of an answer: a text, without calls of tools.
    mutating func askForSummary() {
        turns.append(Turn(role: .user, parts: [.note(Self.summaryInstruction)], path: "input"))
        toolChoice = tools.isEmpty ? nil : ToolChoice.none
        parallelTools = nil
        format = .text
    }
}
