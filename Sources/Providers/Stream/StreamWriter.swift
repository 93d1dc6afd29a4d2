import Events
import JSONBytes

/// Writes the parts of an answer as a stream for clients of another family than the provider's.
enum StreamWriter {
    case openAI(OpenAIStreamWriter)
    case anthropic(AnthropicStreamWriter)

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
        }
    }

    /// Appends everything that comes after the last part and before the terminal event.
    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        switch self {
        case .openAI(var writer):
            writer.close(tally, into: &output)
            self = .openAI(writer)
        case .anthropic(var writer):
            writer.close(tally, into: &output)
            self = .anthropic(writer)
        }
    }
}
