public import Events
import JSONBytes

/// What a request to OpenAI's responses says of things that stand elsewhere: an earlier response,
/// items of it, texts that only their provider can read.
public struct ResponseLinks: Sendable {
    /// The response that it goes on from.
    public internal(set) var previousID: String?
    /// The ids of items that it names and leaves out.
    public internal(set) var references: [String] = []
    /// The fingerprints of encrypted texts in its input, oldest first.
    public internal(set) var encrypted: [UInt64] = []
    /// Whether items of its input are of Logway's own making, which no provider knows.
    public internal(set) var hasOwnItems = false
    /// Whether an item asks for a summary in place of an answer.
    public internal(set) var asksForSummary = false
    /// Whether it declares a search for tools that the client runs.
    public internal(set) var declaresSearch = false
    /// Whether it holds tools or items of kinds that servers other than OpenAI's often lack.
    public internal(set) var hasRareKinds = false
    /// The conversation of OpenAI's that it belongs to, or the prompt that is kept there.
    public internal(set) var isKeptElsewhere = false
    /// Who gave the encrypted texts, as far as that is known.
    public var holders: [UInt64: ResponseHolder] = [:]
    /// Who holds the response that it goes on from; `nil` where that is Logway itself or nobody.
    public var previous: ResponseHolder?

    /// Whether there is nothing to look up.
    public var isEmpty: Bool {
        previousID == nil && references.isEmpty && encrypted.isEmpty
    }
}
