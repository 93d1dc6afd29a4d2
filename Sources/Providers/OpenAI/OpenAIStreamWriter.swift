import Events
import JSONBytes

/// Writes the parts of an answer as OpenAI's chat completion chunks.
struct OpenAIStreamWriter {
    private let ids: AnswerIDs
    private let wantsUsage: Bool
    private var id: String?
    private var didFinish = false
    /// The provider's index of each call, in the order of OpenAI's.
    private var calls: [Int] = []
    /// Those of them that are of custom tools.
    private var custom: Set<Int> = []

    init(identity: AnswerIdentity, wantsUsage: Bool) {
        ids = AnswerIDs(identity: identity)
        self.wantsUsage = wantsUsage
    }

    mutating func write(_ part: AnswerPart, _ tally: AnswerTally, into output: inout [UInt8]) {
        switch part {
        case .begin(let given, _):
            if id == nil { begin(given, tally, into: &output) }
        case .text(let text):
            writeDelta(tally, into: &output) { $0.member("content", text) }
        case .reasoning(let text):
            writeDelta(tally, into: &output) { $0.member("reasoning_content", text) }
        case .toolCall(let index, let start):
            let position = calls.count
            calls.append(index)
            if start.isCustom { custom.insert(index) }
            let callID = ids.call(index, given: start.id)
            writeCall(position, tally, into: &output) { call in
                call.member("id", callID)
                OpenAIToolCall.write(start, arguments: [], to: &call)
            }
        case .arguments(let index, let piece):
            guard let position = calls.lastIndex(of: index), !piece.isEmptyString else { return }
            writeCall(position, tally, into: &output) { call in
                OpenAIToolCall.write(piece, isCustom: custom.contains(index), to: &call)
            }
        case .finish(let reason): finish(reason, tally, into: &output)
        case .foreign, .usage, .receipt: break
        }
    }

    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        if !didFinish { finish(tally.translatedFinish, tally, into: &output) }
        guard wantsUsage else { return }
        writeChunk(tally, into: &output) { chunk in
            chunk.array("choices") { _ in }
            OpenAIUsage.write(tally.usage, to: &chunk)
        }
    }

    private mutating func begin(
        _ given: JSONSlice?,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) {
        id = ids.answer("chatcmpl-", given: given)
        writeDelta(tally, into: &output) { delta in
            delta.member("role", "assistant")
            delta.member("content", "")
        }
    }

    private mutating func finish(
        _ reason: FinishReason,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) {
        guard !didFinish else { return }
        didFinish = true
        writeDelta(tally, finish: reason, into: &output) { _ in }
    }

    private func writeCall(
        _ position: Int,
        _ tally: AnswerTally,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        writeDelta(tally, into: &output) { delta in
            delta.array("tool_calls") { calls in
                calls.object { call in
                    call.member("index", position)
                    body(&call)
                }
            }
        }
    }

    private func writeDelta(
        _ tally: AnswerTally,
        finish: FinishReason? = nil,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        writeChunk(tally, into: &output) { chunk in
            chunk.array("choices") { choices in
                choices.object { choice in
                    choice.member("index", 0)
                    choice.object("delta", body)
                    choice.nullMember("logprobs")
                    if let finish {
                        choice.member("finish_reason", finish.openAIName)
                    } else {
                        choice.nullMember("finish_reason")
                    }
                }
            }
        }
    }

    private func writeChunk(
        _ tally: AnswerTally,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        var writer = JSONWriter(capacity: 256)
        writer.object { chunk in
            chunk.member("id", id ?? ids.answer("chatcmpl-", given: nil))
            chunk.member("object", "chat.completion.chunk")
            chunk.member("created", Int(ids.identity.created.microseconds / 1_000_000))
            chunk.member("model", tally.model ?? ids.identity.model)
            body(&chunk)
        }
        output.append(contentsOf: "data: ".utf8)
        output.append(contentsOf: writer.bytes)
        output.append(contentsOf: "\n\n".utf8)
    }
}
