import Events
import JSONBytes

/// Anthropic's `usage` object.
enum AnthropicUsage {
    /// Writes the members; a count that is unknown is 0, since the shape has no unknown.
    ///
    /// At the end of an answer `AnswerTally.translatedUsage` leaves no count unknown.
    static func write(_ usage: TokenUsage, to object: inout JSONWriter) {
        object.member("input_tokens", usage.input ?? 0)
        object.member("cache_creation_input_tokens", ifPresent: usage.cacheWrite)
        object.member("cache_read_input_tokens", ifPresent: usage.cachedInput)
        object.member("output_tokens", usage.output ?? 0)
    }
}
