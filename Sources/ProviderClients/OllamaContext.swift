import Events
import Providers
import Synchronization

/// The context that an Ollama is asked to load each of its models with (`num_ctx`).
///
/// Ollama's own default is a few thousand tokens, and it cuts a longer prompt without a word. The
/// model's whole window is no answer either: the memory for it is taken when the model is loaded; nor is
/// all that a client allows for an answer, which agents set to 32,000 tokens and more of which they use
/// hundreds. So it is what the prompt and a usual answer need, rounded up to one of few sizes. A model is
/// reloaded whenever the number changes, so a larger one stays for as long as Ollama keeps a model.
final class OllamaContext: Sendable {
    /// The least that is asked for: most conversations begin below and grow.
    static let least = 8_192
    /// What a usual answer takes at most; a lower limit counts, a higher one does not.
    static let answer = 4_096
    /// The tokens that an image may take; Ollama's vision models take 256 to about 1,600.
    static let image = 1_600
    /// How long Ollama keeps a model that nobody asks (its FAQ, "keep a model loaded").
    static let kept: Int64 = 300_000_000

    private struct Size {
        var tokens: Int
        /// When a request last needed so many, in microseconds of the monotonic clock.
        var needed: Int64
    }

    private let sizes = Mutex<[String: Size]>([:])

    /// The context for a request: at least what it needs, at most the model's window.
    ///
    /// - Parameters:
    ///   - model: the model's name at the provider.
    ///   - promptBytes: the bytes of text and tools in the prompt.
    ///   - hasImages: whether there are images in it.
    ///   - answerLimit: the tokens that the answer may have; `nil` where nobody says.
    ///   - window: the model's window in tokens, or less where the configuration says so; `nil` where
    ///     neither is known.
    ///   - now: microseconds of the monotonic clock.
    /// - Returns: the context in tokens.
    func tokens(
        for model: String,
        promptBytes: Int,
        hasImages: Bool,
        answerLimit: Int?,
        window: Int?,
        now: Int64
    ) -> Int {
        // Two bytes a token: code and other alphabets than the Latin have about as few.
        let needed =
            promptBytes / 2 + (hasImages ? Self.image : 0)
            + min(max(0, answerLimit ?? Self.answer), Self.answer)
        var tokens = Self.least
        // Powers of two and the sizes half-way: 8,192, 12,288, 16,384, …
        while tokens < needed, tokens < 1 << 30 {
            tokens = tokens.nonzeroBitCount == 1 ? tokens / 2 * 3 : tokens / 3 * 4
        }
        if let window { tokens = min(tokens, window) }
        return sizes.withLock { sizes in
            if let size = sizes[model], size.tokens > tokens, now - size.needed < Self.kept {
                return size.tokens
            }
            sizes[model] = Size(tokens: tokens, needed: now)
            return tokens
        }
    }
}
