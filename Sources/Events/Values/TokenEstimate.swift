/// Tokens of a text that nobody counted: one for every four bytes of UTF-8.
///
/// A count of its own would need the tokenizer of each model, of which hosted ones keep theirs to
/// themselves. Four bytes a token is what providers themselves name for English, and code is near it;
/// other alphabets have fewer bytes a token, so this is a guess to predict, compare and show with. What
/// must hold, such as a reservation, goes by the most that any tokenizer makes of a text: a token for
/// each byte.
public enum TokenEstimate {
    /// The bytes of text that are taken for one token.
    public static let bytesPerToken = 4

    /// The tokens of so many bytes of text, a last incomplete one counted.
    public static func tokens(ofBytes count: Int) -> Int {
        (count + bytesPerToken - 1) / bytesPerToken
    }

    /// The whole tokens of so many bytes of text: the lower end, where a guess must not be what makes
    /// a limit reached.
    public static func wholeTokens(ofBytes count: Int) -> Int { count / bytesPerToken }
}
