/// How much text a model has written: what is shown and called with, and what it thought.
///
/// Pictures, sounds and what has no neutral form are left out: their bytes say nothing of tokens.
public struct WrittenText: Hashable, Sendable {
    /// Bytes of text, of calls and of their arguments.
    public private(set) var shown = 0
    /// Bytes of thinking.
    public private(set) var thought = 0

    /// Nothing.
    public init() {}

    mutating func add(_ bytes: Int, isThought: Bool) {
        if isThought { thought += bytes } else { shown += bytes }
    }
}
