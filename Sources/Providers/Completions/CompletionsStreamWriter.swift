import JSONBytes

/// Writes the parts of an answer as the chunks of OpenAI's completion of a prompt; it has no words for
/// reasoning and calls.
struct CompletionsStreamWriter: StreamWriter {
    private let ids: AnswerIDs
    private let wantsUsage: Bool

    init(identity: AnswerIdentity, wantsUsage: Bool) {
        ids = AnswerIDs(identity: identity)
        self.wantsUsage = wantsUsage
    }

    mutating func write(_ part: AnswerPart, _ tally: AnswerTally, into output: inout [UInt8]) {
        switch part {
        case .text(let text):
            append(&output, tally) { chunk in
                chunk.array("choices") { choices in
                    CompletionsAnswerWriter.choice(finish: nil, to: &choices) {
                        $0.member("text", text)
                    }
                }
            }
        default: break
        }
    }

    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        append(&output, tally) { chunk in
            chunk.array("choices") { choices in
                CompletionsAnswerWriter.choice(finish: tally.translatedFinish, to: &choices) {
                    $0.member("text", "")
                }
            }
        }
        guard wantsUsage else { return }
        append(&output, tally) { chunk in
            chunk.array("choices") { _ in }
            OpenAIUsage.write(tally.usage, to: &chunk)
        }
    }

    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        StreamEnd.done
    }

    private func append(
        _ output: inout [UInt8],
        _ tally: AnswerTally,
        _ body: (inout JSONWriter) -> Void
    ) {
        output.append(contentsOf: "data: ".utf8)
        output += CompletionsAnswerWriter.object(ids.answer("cmpl-"), tally, ids, body)
        output.append(contentsOf: "\n\n".utf8)
    }
}
