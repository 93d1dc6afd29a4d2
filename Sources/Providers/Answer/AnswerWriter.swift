import Events
import JSONBytes

/// Writes whole answers for clients of another family than the provider's.
enum AnswerWriter {
    static func write(
        _ parts: [AnswerPart],
        _ tally: AnswerTally,
        for family: WireFamily,
        as identity: AnswerIdentity
    ) throws(ProviderFailure) -> [UInt8] {
        let ids = AnswerIDs(identity: identity)
        let content = AnswerContent(parts, ids: ids)
        return switch family {
        case .openai: OpenAIAnswerWriter.write(content, tally, ids)
        case .anthropic: try AnthropicAnswerWriter.write(content, tally, ids)
        case .ollama, .gemini: preconditionFailure("\(family.name) is not a client family")
        }
    }
}
