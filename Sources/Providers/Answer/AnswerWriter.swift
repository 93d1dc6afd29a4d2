import Events
import JSONBytes

/// Writes whole answers for clients of another API than the provider's.
enum AnswerWriter {
    static func write(
        _ parts: [AnswerPart],
        _ tally: AnswerTally,
        for request: ClientRequest,
        as identity: AnswerIdentity
    ) throws(ProviderFailure) -> [UInt8] {
        let ids = AnswerIDs(identity: identity, rule: CallIDRule(of: request.family))
        let content = AnswerContent(parts, ids: ids)
        return switch request.api {
        case .chatCompletions: OpenAIAnswerWriter.write(content, tally, ids)
        case .completions: CompletionsAnswerWriter.write(content, tally, ids)
        case .responses: ResponseObject(of: request, ids).write(content, tally)
        case .compaction: try CompactionObject.write(content, tally, for: request, ids)
        case .messages: try AnthropicAnswerWriter.write(content, tally, ids)
        case .ollamaChat, .ollamaGenerate:
            try OllamaAnswerWriter(ids, isChat: request.api == .ollamaChat).write(content, tally)
        case .generateContent:
            try GeminiAnswerWriter(ids, includesThoughts: request.wantsThoughts)
                .write(content, tally)
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings, .embedContent, .batchEmbedContents,
            .images, .transcriptions, .speech, .moderations, .rerank, .files:
            preconditionFailure("an answer to \(request.api) is none of a chat")
        }
    }
}
