import Events
import JSONBytes

extension GeminiRequestReader {
    private static let keys: GeminiKeys = [
        "maxOutputTokens", "temperature", "topP", "topK", "seed", "frequencyPenalty",
        "presencePenalty", "stopSequences", "candidateCount", "responseMimeType", "responseSchema",
        "responseJsonSchema", "thinkingConfig", "responseModalities", "responseLogprobs",
    ]
    private static let read: Set<String> = [
        "maxOutputTokens", "temperature", "topP", "topK", "seed", "frequencyPenalty",
        "presencePenalty", "stopSequences", "candidateCount", "responseMimeType", "responseSchema",
        "responseJsonSchema", "thinkingConfig", "responseModalities", "responseLogprobs",
    ]

    /// Reads `generationConfig`.
    mutating func readConfig(_ config: Field) throws(RequestError) {
        check(config, read: Self.read)
        let found = try Self.keys.scan(config)
        if let limit = try found[0]?.writtenInt(), limit > 0 { conversation.outputLimit = limit }
        try conversation.readSampling(
            temperature: found[1],
            topP: found[2],
            topK: found[3],
            seed: found[4],
            penalties: (frequency: found[5], presence: found[6])
        )
        try conversation.readStop(found[7])
        if let count = found[8], try count.writtenInt() > 1 {
            conversation.note(.demand, at: count.path)
        }
        try readFormat(found[9], own: found[10], standard: found[11])
        if let thinking = found[12] { try readThinking(thinking) }
        if let modalities = found[13] {
            let others = try modalities.elements().filter { field in
                let word = field.value.string?.uppercased()
                return word != "TEXT" && word != "MODALITY_UNSPECIFIED"
            }
            if !others.isEmpty { conversation.note(.demand, at: modalities.path) }
        }
        if let logprobs = found[14], logprobs.value.bool == true {
            conversation.note(.demand, at: logprobs.path)
        }
    }

    private mutating func readFormat(
        _ type: Field?,
        own: Field?,
        standard: Field?
    ) throws(RequestError) {
        if let schema = standard?.value ?? own.map({ GeminiSchema.jsonSchema(of: $0.value) }) {
            let path = (standard ?? own)?.path ?? ""
            conversation.format = .schema(Conversation.Schema(schema: schema))
            conversation.note(.outputSchema, at: path)
            // One word of a list, without the quotes that JSON has.
            if let type, type.value.isString("text/x.enum") {
                conversation.note(.demand, at: type.path)
            }
        } else if let type, type.value.isString("application/json") {
            conversation.format = .json
            conversation.note(.jsonMode, at: type.path)
        } else if let type, !type.value.isString("text/plain"), !type.value.isEmptyString {
            conversation.note(.demand, at: type.path)
        }
    }

    private static let thinkingKeys: GeminiKeys = [
        "includeThoughts", "thinkingBudget", "thinkingLevel",
    ]

    /// Reads how much the model shall think: a level, or a budget, of which 0 is none and a negative one
    /// is the model's own choice.
    ///
    /// A model that doesn't think answers all the same.
    private mutating func readThinking(_ thinking: Field) throws(RequestError) {
        check(thinking, read: ["includeThoughts", "thinkingBudget", "thinkingLevel"])
        let found = try Self.thinkingKeys.scan(thinking)
        var asked = AskedThinking(isOn: true, path: thinking.path)
        let isShown = try found[0]?.bool() ?? false
        if let level = found[2] {
            asked.effort = level.value.string.flatMap { ThinkingEffort(rawValue: $0.lowercased()) }
            conversation.note(asked.effort == nil ? .hint : .effort, at: level.path)
        } else if let budget = found[1] {
            let count = try budget.writtenInt()
            asked.isOn = count != 0
            if count > 0 {
                asked.budget = count
                conversation.note(.effort, at: budget.path)
            }
        } else if !isShown {
            return
        }
        conversation.thinking = asked
    }
}
