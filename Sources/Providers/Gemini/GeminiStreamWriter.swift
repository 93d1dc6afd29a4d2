import Events
import JSONBytes

/// Writes the parts of an answer as a stream of Gemini's.
struct GeminiStreamWriter: StreamWriter {
    private let ids: AnswerIDs
    private let answers: GeminiAnswerWriter
    private var form: GeminiStreamForm
    /// The calls that have begun: an event holds whole ones only.
    private var calls: [AnswerContent.Call] = []
    /// Their places by the provider's index.
    private var places: [Int: Int] = [:]

    init(_ request: ClientRequest, identity: AnswerIdentity) {
        ids = AnswerIDs(identity: identity)
        answers = GeminiAnswerWriter(ids, includesThoughts: request.wantsThoughts)
        form = GeminiStreamForm(of: request)
    }

    mutating func write(
        _ part: AnswerPart,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) {
        switch part {
        case .text(let text): append(&output, tally) { $0.object { $0.member("text", text) } }
        case .reasoning(let text) where answers.includesThoughts:
            append(&output, tally) { parts in
                parts.object { part in
                    part.member("text", text)
                    part.member("thought", true)
                }
            }
        case .toolCall(let index, let start):
            let id = ids.call(index, given: start.id)
            places[index] = calls.count
            calls.append(AnswerContent.Call(index: index, id: id, start: start.copied))
        case .arguments(let index, let piece):
            guard let place = places[index] else { return }
            calls[place].arguments.append(Self.copy(piece))
        // `PictureNote` has said pictures as text.
        case .begin, .reasoning, .picture, .foreign, .usage, .receipt, .finish: break
        }
    }

    /// Writes the calls, whose arguments are whole now.
    mutating func close(
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        guard !calls.isEmpty else { return }
        var whole: [GeminiCall] = []
        for call in calls { whole.append(GeminiCall(call, try call.object())) }
        append(&output, tally) { parts in
            for call in whole { call.write(to: &parts) }
        }
    }

    /// The event that says why the answer ended and what it took.
    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        var form = form
        var output: [UInt8] = []
        let last = answers.object(tally, finish: tally.translatedFinish) { parts in
            parts.object { $0.member("text", "") }
        }
        form.append(last, to: &output)
        form.end(&output)
        return output
    }

    var streamForm: GeminiStreamForm? { form }

    /// The string on its own: a slice of the stream's buffer would have that copied as it grows.
    private static func copy(_ string: JSONSlice) -> JSONSlice {
        .string(of: string.text ?? [])
    }

    private mutating func append(
        _ output: inout [UInt8],
        _ tally: AnswerTally,
        _ parts: (inout JSONWriter) -> Void
    ) {
        form.append(answers.object(tally, parts), to: &output)
    }
}
