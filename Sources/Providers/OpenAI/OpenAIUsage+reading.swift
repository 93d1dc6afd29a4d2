import Events
import JSONBytes

extension OpenAIUsage {
    private static let keys: JSONKeys = [
        "prompt_tokens", "input_tokens", "num_prompt_tokens",  // 0
        "completion_tokens", "output_tokens", "num_completion_tokens",  // 3
        "total_tokens",  // 6
        "prompt_tokens_details", "input_tokens_details",  // 7
        "completion_tokens_details", "output_tokens_details",  // 9
        "cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens",
        "num_cached_tokens",  // 11
        "cache_creation_input_tokens", "cache_write_tokens",  // 15
        "prompt_cache_miss_tokens",  // 17
        "reasoning_tokens",  // 18
        "cost", "total_cost", "estimated_cost",  // 19
        "num_sources_used", "num_search_queries",  // 22
        "service_tier", "cost_details", "is_byok",  // 24
        "cached_prompt_tokens", "cached_input_tokens", "cached_prompt_text_tokens",  // 27
        "cache_creation",  // 30
        "promptTokens", "completionTokens", "totalTokens",  // 31
    ]
    private static let promptKeys: JSONKeys = [
        "cached_tokens", "cache_read_tokens", "cache_write_tokens", "cache_creation_tokens",
        "audio_tokens", "cache_creation_token_details",
    ]
    private static let outputKeys: JSONKeys = ["reasoning_tokens", "audio_tokens"]

    /// Appends the counts and the receipt in a usage object of OpenAI's family; `tier` is the one that
    /// answered, where the answer names it.
    ///
    /// The names are those of OpenAI, DeepSeek (`prompt_cache_hit_tokens`), Moonshot and Together
    /// (`cached_tokens`), Anthropic by LiteLLM (`cache_read_input_tokens`), xAI
    /// (`num_sources_used`), Perplexity (`num_search_queries`); their API references, November 2026.
    static func read(
        _ usage: JSONSlice,
        tier: String? = nil,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard usage.kind == .object else { return }
        let found = try usage.scan(keys)
        let details = try (found[7] ?? found[8])?.scan(promptKeys) ?? []
        let output = try (found[9] ?? found[10])?.scan(outputKeys) ?? []
        func first(_ values: ArraySlice<JSONSlice?>) -> Int? {
            for value in values { if let count = value?.count { return count } }
            return nil
        }
        func positive(_ counts: Int?...) -> Int? {
            let sum = counts.reduce(0) { $0 + ($1 ?? 0) }
            return sum > 0 ? sum : nil
        }
        let audio = details.isEmpty ? nil : details[4]?.count
        let counts = Counts(
            prompt: first(found[0...2]) ?? found[31]?.count,
            output: first(found[3...5]) ?? found[32]?.count,
            total: (found[6] ?? found[33])?.count,
            // Who knows several names may fill one of them with a zero.
            cached: [details.prefix(2), found[11...14], found[27...29]].joined()
                .compactMap { $0?.count }.max(),
            isCacheApart: found[0] == nil && (found[13] ?? found[15]) != nil,
            missed: found[17]?.count,
            written: first(details.dropFirst(2).prefix(2)) ?? first(found[15...16]),
            reasoning: first(output.prefix(1)) ?? found[18]?.count
        )
        var told = counts.usage
        // LiteLLM hands Anthropic's spans on, beside its sum or in the details.
        if let spans = found[30] ?? details.dropFirst(5).first ?? nil, spans.kind == .object,
            told.cacheWrite != nil
        {
            told.cacheWriteHour = try spans.member("ephemeral_1h_input_tokens")?.count
        }
        told.unpriced = positive(
            audio,
            output.count > 1 ? output[1]?.count : nil,
            found[22]?.count,
            found[23]?.count
        )
        told.serviceTier =
            (found[24]?.nonEmptyString?.string ?? tier)?.limited(toBytes: TokenUsage.tierLimit)
        if told.origin == .provider { parts.append(.usage(told, replaces: true)) }
        if let receipt = try receipt(found) { parts.append(.receipt(receipt)) }
    }

    /// What the provider says it charged: a number, or the sum of an object's (Perplexity).
    ///
    /// OpenRouter's `cost` is its own fee alone where the account's key of the model's provider was
    /// used; what that one charges stands beside it.
    private static func receipt(_ found: [JSONSlice?]) throws(JSONError) -> Nanodollars? {
        for value in found[19...21] {
            guard let value else { continue }
            let amount = value.kind == .object ? try value.member("total_cost") : value
            guard let text = amount?.numberText ?? amount?.string,
                let cost = Receipt.parse(text)
            else { continue }
            guard found[26]?.bool == true else { return cost }
            guard let upstream = try found[25]?.member("upstream_inference_cost"),
                let text = upstream.numberText ?? upstream.string,
                let charged = Receipt.parse(text)
            else { return nil }
            return cost + charged
        }
        return nil
    }

    /// The counts as a server tells them, of which the conventions differ.
    private struct Counts {
        var prompt: Int?
        var output: Int?
        var total: Int?
        var cached: Int?
        /// Whether the names are those that tell cached tokens beside the prompt's.
        var isCacheApart: Bool
        var missed: Int?
        var written: Int?
        var reasoning: Int?

        /// The counts in our terms: prompt tokens without cached and written ones, output with
        /// reasoning.
        ///
        /// The total tells which convention holds, as it is the one number that all mean alike:
        /// what it has beyond prompt and answer is reasoning told beside the answer (xAI, Gemini's
        /// compatible API), or the cache's share told beside the prompt.
        var usage: TokenUsage {
            let apart = (cached ?? 0) + (written ?? 0)
            var whole = prompt ?? missed.map { $0 + apart }
            if let prompt, apart > 0, isCacheOutside(of: prompt, apart) { whole = prompt + apart }
            var output = output
            if let total, let whole, total - whole > output ?? 0 { output = total - whole }
            // More than the answer can't be a share of it, whatever the total leaves out.
            if let reasoning, let told = output, reasoning > told { output = told + reasoning }
            if whole == nil, let total, let output { whole = max(0, total - output) }
            var counts = TokenUsage(
                input: whole.map { max(0, $0 - apart) },
                output: output,
                cachedInput: cached,
                cacheWrite: written,
                reasoning: reasoning
            )
            if counts.input != nil || counts.output != nil { counts.origin = .provider }
            return counts
        }

        private func isCacheOutside(of prompt: Int, _ apart: Int) -> Bool {
            if apart > prompt { return true }
            guard let total else { return isCacheApart }
            let inside = prompt + (output ?? 0)
            let rest = total - inside
            // As many tokens of reasoning say the same of the rest, where they can't be inside.
            if !isCacheApart, let reasoning, rest == reasoning, reasoning > output ?? 0 {
                return false
            }
            return rest == apart || (rest > 0 && rest == apart + (reasoning ?? 0))
                || (isCacheApart && rest > 0)
        }
    }
}

extension JSONSlice {
    /// A count of tokens: a number that is not negative and that sums can't overflow, written as an
    /// integer, a float (`12.0`) or a string (`"12"`).
    var count: Int? {
        switch kind {
        case .number: int.flatMap(Self.bounded) ?? double.flatMap(Self.bounded)
        case .string: string.flatMap(Double.init).flatMap(Self.bounded)
        default: nil
        }
    }

    private static let counts = 0...1_000_000_000_000

    private static func bounded(_ count: Int) -> Int? { counts.contains(count) ? count : nil }

    private static func bounded(_ number: Double) -> Int? {
        Int(exactly: number.rounded(.up)).flatMap(bounded)
    }
}
