import Events
import JSONBytes

/// OpenAI's `usage` object, both ways.
enum OpenAIUsage {
    private static let keys: JSONKeys = [
        "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details",
        "cost",
    ]

    /// The counts and the receipt in a usage object.
    ///
    /// OpenAI's prompt tokens include the cached ones, ours exclude them.
    static func read(_ usage: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        guard usage.kind == .object else { return }
        let found = try usage.scan(keys)
        let prompt = found[0]?.count
        let cached = try found[2]?.member("cached_tokens")?.count
        var counts = TokenUsage(
            input: prompt.map { max(0, $0 - (cached ?? 0)) },
            output: found[1]?.count,
            cachedInput: cached,
            reasoning: try found[3]?.member("reasoning_tokens")?.count
        )
        if counts.input != nil || counts.output != nil { counts.origin = .provider }
        if counts.origin == .provider { parts.append(.usage(counts, replaces: true)) }
        if let cost = found[4]?.numberText ?? found[4]?.string, let receipt = Receipt.parse(cost) {
            parts.append(.receipt(receipt))
        }
    }

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

extension JSONSlice {
    /// A count of tokens: an integer that is not negative and that sums can't overflow.
    var count: Int? {
        int.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
    }
}
