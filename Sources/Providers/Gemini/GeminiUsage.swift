import Events
import JSONBytes

/// Gemini's `usageMetadata`, which in a stream counts from its beginning.
enum GeminiUsage {
    private static let keys: JSONKeys = [
        "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount",
        "cachedContentTokenCount", "toolUsePromptTokenCount", "totalTokenCount",
        "serviceTier", "trafficType",
    ]

    /// Appends the counts.
    ///
    /// The prompt's include the cached ones, ours exclude them; the answer's exclude the thoughts,
    /// which are charged as output (ai.google.dev, "Thinking", "Pricing"). Counts of zero are left
    /// out on the wire, so at the end (`isLast`) the answer's is what the total has beyond the
    /// prompt; before it some models leave out what they have not counted yet.
    static func read(
        _ usage: JSONSlice,
        isLast: Bool,
        into parts: inout [AnswerPart]
    ) throws(JSONError) {
        guard usage.kind == .object else { return }
        let values = try usage.scan(keys)
        let found = values.map { $0?.count }
        guard let prompt = found[0] ?? (found[5] == nil ? nil : 0) else { return }
        let (answer, thoughts, cached) = (found[1], found[2], found[3])
        let wholePrompt = prompt + (found[4] ?? 0)
        var counts = TokenUsage(
            input: max(0, wholePrompt - (cached ?? 0)),
            cachedInput: cached,
            reasoning: thoughts,
            origin: .provider
        )
        let rest = found[5].map { max(0, $0 - wholePrompt) }
        if let answer, let thoughts, let rest, rest == answer, thoughts <= answer {
            // Some servers of Gemini's API count as OpenAI does, which the total tells.
            counts.output = answer
        } else if answer != nil || thoughts != nil {
            counts.output = (answer ?? 0) + (thoughts ?? 0)
        }
        if isLast, let rest, rest > counts.output ?? -1 { counts.output = rest }
        counts.serviceTier = tier(values[6], values[7])?.limited(toBytes: TokenUsage.tierLimit)
        parts.append(.usage(counts, replaces: true))
    }

    /// The tier by Gemini's API, or by Vertex AI's kind of traffic, of which two are at list price.
    private static func tier(_ tier: JSONSlice?, _ traffic: JSONSlice?) -> String? {
        let word = (tier ?? traffic)?.nonEmptyString?.string?.lowercased()
        let unspecified = ["service_tier_unspecified", "unspecified", "traffic_type_unspecified"]
        return word.flatMap { unspecified.contains($0) ? nil : $0 }
    }

    /// Writes the counts for a client; what is unknown is left out, and so are zeros, as Google does.
    static func write(_ usage: TokenUsage, to root: inout JSONWriter) {
        func known(_ count: Int?) -> Int? { count == 0 ? nil : count }
        let answer = usage.output.map { max(0, $0 - (usage.reasoning ?? 0)) }
        root.object("usageMetadata") { object in
            object.member("promptTokenCount", ifPresent: known(usage.prompt))
            object.member("candidatesTokenCount", ifPresent: known(answer))
            object.member("thoughtsTokenCount", ifPresent: known(usage.reasoning))
            object.member("cachedContentTokenCount", ifPresent: known(usage.cachedInput))
            if let prompt = usage.prompt, let output = usage.output {
                let (total, isTooLarge) = prompt.addingReportingOverflow(output)
                object.member("totalTokenCount", isTooLarge ? Int.max : total)
            }
        }
    }
}
