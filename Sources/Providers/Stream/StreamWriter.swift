import Events

/// Writes the parts of an answer as a stream for clients of another API than the provider's.
///
/// A writer changes in place: it may hold as much of an answer as has come, and a copy with each part
/// would cost the square of that.
protocol StreamWriter: Sendable {
    /// Appends the events of one part.
    mutating func write(
        _ part: AnswerPart,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure)

    /// Appends everything that comes after the last part and before the terminal event.
    mutating func close(
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure)

    /// The terminal event; `durations` for a client that is told them.
    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8]

    /// How a Gemini client's events stand in the stream's bytes; `nil` for any other client.
    var streamForm: GeminiStreamForm? { get }

    /// The whole response that the stream told, where it is one that is kept.
    func response(_ tally: AnswerTally) -> [UInt8]?
}

extension StreamWriter {
    var streamForm: GeminiStreamForm? { nil }

    func response(_ tally: AnswerTally) -> [UInt8]? { nil }
}

/// The events that end streams.
enum StreamEnd {
    /// The end of OpenAI's.
    static let done = Array("data: [DONE]\n\n".utf8)
    /// The end of Anthropic's.
    static let messageStop = Array(
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8
    )
}

extension ClientRequest {
    /// The writer for the client that sent the request.
    func streamWriter(as identity: AnswerIdentity) -> any StreamWriter {
        switch api {
        case .chatCompletions:
            OpenAIStreamWriter(identity: identity, wantsUsage: wantsStreamedUsage)
        case .completions:
            CompletionsStreamWriter(identity: identity, wantsUsage: wantsStreamedUsage)
        case .responses, .compaction: ResponsesStreamWriter(self, identity: identity)
        case .messages: AnthropicStreamWriter(identity: identity)
        case .ollamaChat, .ollamaGenerate:
            OllamaStreamWriter(identity: identity, isChat: api == .ollamaChat)
        case .generateContent: GeminiStreamWriter(self, identity: identity)
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings, .embedContent, .batchEmbedContents,
            .images, .transcriptions, .speech, .moderations, .rerank, .files:
            preconditionFailure("\(api) is not translated into a stream")
        }
    }
}
