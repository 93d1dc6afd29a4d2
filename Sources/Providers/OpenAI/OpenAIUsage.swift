import Events
import JSONBytes

/// OpenAI's `usage` object, both ways.
enum OpenAIUsage {
    /// Writes the counts in OpenAI's terms; a count that is unknown is 0, since its shape has no
    /// unknown.
    static func write(_ usage: TokenUsage, to object: inout JSONWriter) {
        let prompt = usage.prompt ?? 0
        let output = usage.output ?? 0
        object.object("usage") { object in
            object.member("prompt_tokens", prompt)
            object.member("completion_tokens", output)
            object.member("total_tokens", prompt + output)
            if let cached = usage.cachedInput {
                object.object("prompt_tokens_details") { $0.member("cached_tokens", cached) }
            }
            if let reasoning = usage.reasoning {
                object.object("completion_tokens_details") {
                    $0.member("reasoning_tokens", reasoning)
                }
            }
        }
    }
}
