import Events
import JSONBytes

extension RequestFacts {
    private static let completionKeys: JSONKeys = [
        "model", "prompt", "stream", "stream_options", "max_tokens", "temperature", "metadata",
        "n", "best_of", "suffix",
    ]
    /// The most answers that are counted, so that sums stay small.
    private static let choiceLimit = 1 << 20

    /// Reads the body of OpenAI's `/v1/completions`; the prompt counts as the one message.
    mutating func readCompletions() throws(RequestError) {
        let found = try Field(value: root, path: "").scan(Self.completionKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.completionKeys[index]) }
        }
        try readModel(field(0))
        guard let prompt = field(1) else {
            throw RequestError("prompt is missing", field: "prompt")
        }
        instruction = CompletionsRequestReader.text(of: prompt.value)?.rawText ?? []
        promptTextBytes = prompt.value.rawText?.count ?? prompt.value.range.count
        if let suffix = field(9) { promptTextBytes += suffix.value.range.count }
        messageCount = 1
        streamed = try field(2)?.bool() ?? false
        if streamed { needs.insert(.streaming) }
        if let options = field(3), let usage = try options.scan(["include_usage"])[0] {
            let path = "stream_options.include_usage"
            wantsStreamedUsage = try Field(value: usage, path: path).bool()
        }
        maxOutputTokens = try field(4)?.count() ?? CompletionsRequestReader.usualLimit
        temperature = try field(5)?.number().double
        try readMetadata(field(6))
        // Each of the candidates for the best is written, and paid for.
        let each = max(try field(7)?.count() ?? 1, try field(8)?.count() ?? 1, 1)
        choices = min(each, Self.choiceLimit) * min(Self.count(of: prompt.value), Self.choiceLimit)
    }

    /// How many prompts there are: a list of numbers is one, in tokens.
    private static func count(of prompt: JSONSlice) -> Int {
        guard prompt.kind == .array, let first = prompt.elements.first(where: { _ in true }),
            first.kind != .number
        else { return 1 }
        return prompt.elements.reduce(into: 0) { count, _ in count += 1 }
    }
}
