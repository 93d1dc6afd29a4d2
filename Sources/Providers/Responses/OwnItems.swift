import JSONBytes

/// Items of responses that Logway made: what other families' models thought, and compactions.
///
/// A provider of OpenAI's responses knows none of them and refuses a request for one, so they are told
/// apart by their form.
enum OwnItems {
    /// How the id of a reasoning item begins: `rs_` is OpenAI's form.
    static let reasoningPrefix = "rs_logway"
    /// How the content of a compaction begins, in which OpenAI has an encrypted text.
    static let compactionPrefix = "logway-compaction-1:"

    /// Whether a reasoning item without an encrypted text is one: by its id, or, since some clients
    /// leave that out, because what was thought stands in it, which OpenAI never shows.
    static func isOwn(id: JSONSlice?, content: JSONSlice?) -> Bool {
        if let id = id?.text { return id.starts(with: reasoningPrefix.utf8) }
        guard let content, content.kind == .array else { return false }
        return content.elements.contains { _ in true }
    }

    /// Whether an encrypted text is a compaction of Logway's.
    static func isOwn(encrypted text: ArraySlice<UInt8>) -> Bool {
        text.starts(with: compactionPrefix.utf8)
    }

    /// What a compaction of Logway's says; `nil` for another one.
    static func summary(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        isOwn(encrypted: text) ? text.dropFirst(compactionPrefix.utf8.count) : nil
    }

    /// How a summary is introduced where it stands in a conversation again.
    static let summaryHeading = "Summary of the conversation so far:\n\n"
}
