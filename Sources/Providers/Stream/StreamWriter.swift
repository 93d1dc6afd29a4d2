import Events
import JSONBytes

/// Writes the parts of an answer as a stream for clients of another API than the provider's.
enum StreamWriter {
    case openAI(OpenAIStreamWriter)
    case anthropic(AnthropicStreamWriter)
    case ollama(OllamaStreamWriter)
    case completions(CompletionsStreamWriter)
    case responses(ResponsesStreamWriter)
    case gemini(GeminiStreamWriter)

    /// The writer for the client that sent `request`.
    init(for request: ClientRequest, as identity: AnswerIdentity) {
        switch request.api {
        case .chatCompletions:
            self = .openAI(
                OpenAIStreamWriter(identity: identity, wantsUsage: request.wantsStreamedUsage)
            )
        case .completions:
            self = .completions(
                CompletionsStreamWriter(
                    identity: identity,
                    wantsUsage: request.wantsStreamedUsage
                )
            )
        case .responses, .compaction:
            self = .responses(ResponsesStreamWriter(request, identity: identity))
        case .messages: self = .anthropic(AnthropicStreamWriter(identity: identity))
        case .ollamaChat, .ollamaGenerate:
            self = .ollama(
                OllamaStreamWriter(identity: identity, isChat: request.api == .ollamaChat)
            )
        case .generateContent: self = .gemini(GeminiStreamWriter(request, identity: identity))
        case .embeddings, .ollamaEmbed, .ollamaEmbeddings, .embedContent, .batchEmbedContents,
            .images, .transcriptions, .speech, .moderations, .rerank, .files:
            preconditionFailure("\(request.api) is not translated into a stream")
        }
    }

    /// Appends the events of one part.
    mutating func write(
        _ part: AnswerPart,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        switch self {
        case .openAI(var writer):
            writer.write(part, tally, into: &output)
            self = .openAI(writer)
        case .anthropic(var writer):
            try writer.write(part, tally, into: &output)
            self = .anthropic(writer)
        case .ollama(var writer):
            try writer.write(part, tally, into: &output)
            self = .ollama(writer)
        case .completions(var writer):
            writer.write(part, tally, into: &output)
            self = .completions(writer)
        case .responses(var writer):
            writer.write(part, tally, into: &output)
            self = .responses(writer)
        case .gemini(var writer):
            writer.write(part, tally, into: &output)
            self = .gemini(writer)
        }
    }

    /// Appends everything that comes after the last part and before the terminal event.
    mutating func close(
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        switch self {
        case .openAI(var writer):
            writer.close(tally, into: &output)
            self = .openAI(writer)
        case .anthropic(var writer):
            writer.close(tally, into: &output)
            self = .anthropic(writer)
        case .ollama(var writer):
            try writer.close(tally, into: &output)
            self = .ollama(writer)
        case .completions(var writer):
            writer.close(tally, into: &output)
            self = .completions(writer)
        case .responses(var writer):
            writer.close(tally, into: &output)
            self = .responses(writer)
        case .gemini(var writer):
            try writer.close(tally, into: &output)
            self = .gemini(writer)
        }
    }

    /// The end of OpenAI's streams.
    static let done = Array("data: [DONE]\n\n".utf8)
    /// The end of Anthropic's streams.
    static let messageStop = Array(
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8
    )

    /// The terminal event; `durations` for a client that is told them.
    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        switch self {
        case .openAI, .completions: Self.done
        case .anthropic: Self.messageStop
        case .ollama(let writer): writer.terminator(tally, durations)
        case .responses(let writer): writer.terminator(tally)
        case .gemini(let writer): writer.terminator(tally)
        }
    }

    /// How a Gemini client's events stand in the stream's bytes; `nil` for any other client.
    var form: GeminiStreamForm? {
        if case .gemini(let writer) = self { writer.form } else { nil }
    }

    /// The whole response that the stream told, where it is one that is kept.
    func response(_ tally: AnswerTally) -> [UInt8]? {
        if case .responses(let writer) = self { writer.response(tally) } else { nil }
    }
}
