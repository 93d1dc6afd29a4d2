import Events
import JSONBytes

extension ParsedRequest {
    private static let completionKeys: JSONKeys = [
        "model", "prompt", "stream", "stream_options", "max_tokens", "temperature", "metadata",
        "n", "best_of", "suffix",
    ]

    /// Reads the body of OpenAI's `/v1/completions`; the prompt counts as the one message.
    mutating func readCompletions() throws(RequestError) {
        let found = try Field(value: root, path: "").scanDeciding(Self.completionKeys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: Self.completionKeys[index]) }
        }
        try readModel(field(0))
        // Without a prompt a model begins a document.
        let prompt = field(1)?.value
        if let prompt {
            instruction = CompletionsRequestReader.text(of: prompt)?.rawText ?? []
            promptTextBytes = prompt.rawText?.count ?? prompt.range.count
        }
        if let suffix = field(9) { promptTextBytes += suffix.value.range.count }
        messageCount = 1
        streamed = try field(2)?.flag() ?? false
        if streamed { needs.insert(.streaming) }
        if let usage = try field(3)?.lookUp(["include_usage"])[0] {
            wantsStreamedUsage = usage.bool ?? false
        }
        // A negative limit is none, to the servers that take one.
        maxOutputTokens = field(4).map(\.amount) ?? CompletionsRequestReader.defaultLimit
        temperature = field(5)?.finite
        try readMetadata(field(6))
        // Each of the candidates for the best is written, and paid for.
        let each = max(field(7)?.amount ?? 1, field(8)?.amount ?? 1, 1)
        let prompts = prompt.map(Self.count) ?? 1
        choices = min(each, Self.choiceLimit) * min(prompts, Self.choiceLimit)
    }

    /// How many prompts there are: a list of numbers is one, in tokens.
    private static func count(of prompt: JSONSlice) -> Int {
        guard prompt.kind == .array, let first = prompt.elements.first(where: { _ in true }),
            first.kind != .number
        else { return 1 }
        return prompt.elements.reduce(into: 0) { count, _ in count += 1 }
    }
}
