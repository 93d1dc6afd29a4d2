import Events
import JSONBytes

/// Writes the parts of an answer as the lines of a stream of Ollama's.
struct OllamaStreamWriter: StreamWriter {
    private let ids: AnswerIDs
    private let lines: OllamaAnswerWriter
    private let isChat: Bool
    /// The calls that have begun: a line holds whole ones only.
    private var calls: [AnswerContent.Call] = []
    /// Their places by the provider's index.
    private var places: [Int: Int] = [:]

    init(identity: AnswerIdentity, isChat: Bool) {
        ids = AnswerIDs(identity: identity)
        lines = OllamaAnswerWriter(ids, isChat: isChat)
        self.isChat = isChat
    }

    mutating func write(
        _ part: AnswerPart,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        switch part {
        case .text(let text):
            append(&output, tally) { $0.member(isChat ? "content" : "response", text) }
        case .reasoning(let text):
            append(&output, tally) { message in
                message.member(isChat ? "content" : "response", "")
                message.member("thinking", text)
            }
        case .toolCall(let index, let start):
            let call = AnswerContent.Call(
                index: index,
                id: ids.call(index, given: start.id),
                start: start.copied
            )
            places[index] = calls.count
            calls.append(call)
        case .arguments(let index, let piece):
            guard let place = places[index] else { return }
            calls[place].arguments.append(Self.copy(piece))
        // `PictureNote` has said pictures as text.
        case .begin, .picture, .foreign, .usage, .receipt, .finish: break
        }
    }

    /// Writes the calls, whose arguments are whole now.
    mutating func close(
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        guard !calls.isEmpty, isChat else { return }
        var whole: [OllamaCall] = []
        for call in calls { whole.append(OllamaCall(call, try call.object())) }
        append(&output, tally, calls: whole) { $0.member("content", "") }
    }

    /// The line that says `done`.
    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        lines.line(tally, finish: tally.translatedFinish, durations: durations) { message in
            message.member(isChat ? "content" : "response", "")
        } + [UInt8(ascii: "\n")]
    }

    /// The string on its own: a slice of the stream's buffer would have that copied as it grows.
    private static func copy(_ string: JSONSlice) -> JSONSlice {
        .string(of: string.text ?? [])
    }

    private func append(
        _ output: inout [UInt8],
        _ tally: AnswerTally,
        calls: [OllamaCall] = [],
        _ body: (inout JSONWriter) -> Void
    ) {
        output += lines.line(tally, calls: calls, body)
        output.append(UInt8(ascii: "\n"))
    }
}
