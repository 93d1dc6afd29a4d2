import Events
import JSONBytes

/// Anthropic's `usage` object, both ways.
enum AnthropicUsage {
    private static let keys: JSONKeys = [
        "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
        "cache_creation", "server_tool_use", "service_tier", "iterations", "speed",
        "inference_geo",
    ]
    private static let iterationKeys: JSONKeys = [
        "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
        "type",
    ]

    /// Appends the counts; an answer's later ones replace those before, member by member.
    ///
    /// What is written to the cache is told apart by how long it lives, and requests of Anthropic's
    /// own tools are counted, of which a fetch costs nothing but its tokens (platform.claude.com,
    /// "Prompt caching", "Pricing", November 2026).
    static func read(_ usage: JSONSlice, into parts: inout [AnswerPart]) throws(JSONError) {
        guard usage.kind == .object else { return }
        let found = try usage.scan(keys)
        var counts = TokenUsage(
            input: found[0]?.count,
            output: found[1]?.count,
            cachedInput: found[2]?.count,
            cacheWrite: found[3]?.count
        )
        if let written = found[4], written.kind == .object {
            let spans = try written.scan(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
                .map { $0?.count }
            counts.cacheWriteHour = spans[1]
            if counts.cacheWrite == nil, spans.contains(where: { $0 != nil }) {
                counts.cacheWrite = (spans[0] ?? 0) + (spans[1] ?? 0)
            }
        }
        if let tools = found[5] {
            for tool in tools.members where !tool.name.isString("web_fetch_requests") {
                guard let count = tool.value.count, count > 0 else { continue }
                counts.unpriced = (counts.unpriced ?? 0) + count
            }
        }
        if let iterations = found[7] { try add(iterations, to: &counts) }
        counts.serviceTier = tier(found)?.limited(toBytes: TokenUsage.tierLimit)
        guard counts != TokenUsage() else { return }
        counts.origin = .provider
        parts.append(.usage(counts, replaces: false))
    }

    /// What Anthropic charges other prices for: the tier, and where it names none but the standard one,
    /// its fast mode and a country to stay in ("Fast mode", "Data residency", November 2026).
    private static func tier(_ found: [JSONSlice?]) -> String? {
        let tier = found[6]?.nonEmptyString?.string
        guard tier == nil || tier == "standard" else { return tier }
        if let speed = found[8]?.nonEmptyString?.string, speed != "standard" { return speed }
        if let geo = found[9]?.nonEmptyString?.string, geo != "global", geo != "not_available" {
            return "inference_geo \(geo)"
        }
        return tier
    }

    /// Takes the counts of an answer that took several turns of the model, where one of them
    /// summed the conversation up: the counts beside the list leave that one out ("Compaction").
    ///
    /// What an adviser used is another model's, so it has no price here.
    private static func add(
        _ iterations: JSONSlice,
        to counts: inout TokenUsage
    ) throws(JSONError) {
        var sums = [Int](repeating: 0, count: 4)
        var isSummedUp = false
        for iteration in iterations.elements where iteration.kind == .object {
            let found = try iteration.scan(iterationKeys)
            let told = found.prefix(4).map { $0?.count ?? 0 }
            let type = found[4]?.string ?? "message"
            if type != "message" && type != "compaction" {
                counts.unpriced = (counts.unpriced ?? 0) + told.reduce(0, +)
                continue
            }
            isSummedUp = isSummedUp || type == "compaction"
            for (index, count) in told.enumerated() { sums[index] += count }
        }
        guard isSummedUp else { return }
        (counts.input, counts.output) = (sums[0], sums[1])
        if sums[2] > 0 { counts.cachedInput = sums[2] }
        if sums[3] > 0 { counts.cacheWrite = sums[3] }
    }

    /// Writes the members; a count that is unknown is 0, since the shape has no unknown.
    ///
    /// At the end of an answer `AnswerTally.translatedUsage` leaves no count unknown.
    static func write(_ usage: TokenUsage, to object: inout JSONWriter) {
        object.member("input_tokens", usage.input ?? 0)
        object.member("cache_creation_input_tokens", ifPresent: usage.cacheWrite)
        object.member("cache_read_input_tokens", ifPresent: usage.cachedInput)
        if let hour = usage.cacheWriteHour, let written = usage.cacheWrite {
            object.object("cache_creation") { spans in
                spans.member("ephemeral_5m_input_tokens", max(0, written - hour))
                spans.member("ephemeral_1h_input_tokens", hour)
            }
        }
        object.member("output_tokens", usage.output ?? 0)
    }
}
