import Events
import JSONBytes

/// Writes the parts of an answer as OpenAI's chat completion chunks.
struct OpenAIStreamWriter: StreamWriter {
    private let ids: AnswerIDs
    private let wantsUsage: Bool
    private let id: String
    private var didBegin = false
    /// The calls by their index, in the order of OpenAI's, and whether arguments of them came.
    private var calls: [(index: Int, hasArguments: Bool)] = []
    /// The places of those by the provider's index.
    private var places: [Int: Int] = [:]
    /// Those of them that are of custom tools.
    private var custom: Set<Int> = []

    init(identity: AnswerIdentity, wantsUsage: Bool) {
        ids = AnswerIDs(identity: identity)
        id = ids.answer("chatcmpl-")
        self.wantsUsage = wantsUsage
    }

    mutating func write(_ part: AnswerPart, _ tally: AnswerTally, into output: inout [UInt8]) {
        switch part {
        case .begin: begin(tally, into: &output)
        case .text(let text):
            writeDelta(tally, into: &output) { $0.member("content", text) }
        case .reasoning(let text):
            writeDelta(tally, into: &output) { $0.member("reasoning_content", text) }
        case .toolCall(let index, let start):
            let position = calls.count
            places[index] = position
            calls.append((index, false))
            if start.isCustom { custom.insert(index) }
            let callID = ids.call(index, given: start.id)
            writeCall(position, tally, into: &output) { call in
                call.member("id", callID)
                OpenAIToolCall.write(start, arguments: [], to: &call)
            }
        case .arguments(let index, let piece):
            guard let position = places[index], !piece.isEmptyString else { return }
            calls[position].hasArguments = true
            writeCall(position, tally, into: &output) { call in
                OpenAIToolCall.write(piece, isCustom: custom.contains(index), to: &call)
            }
        case .picture(let address):
            writeDelta(tally, into: &output) { delta in
                delta.name("images")
                OpenAIAnswerWriter.writePictures([address], to: &delta)
            }
        // The end is written at the end: some servers name a reason before the last of the answer.
        case .foreign, .usage, .receipt, .finish: break
        }
    }

    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        begin(tally, into: &output)
        // A call without arguments is called with none; a client parses what it got as JSON.
        for (position, call) in calls.enumerated()
        where !call.hasArguments && !custom.contains(call.index) {
            writeCall(position, tally, into: &output) { call in
                call.object("function") { $0.member("arguments", "{}") }
            }
        }
        writeDelta(tally, finish: tally.translatedFinish, into: &output) { _ in }
        guard wantsUsage else { return }
        writeChunk(tally, into: &output) { chunk in
            chunk.array("choices") { _ in }
            OpenAIUsage.write(tally.usage, to: &chunk)
        }
    }

    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        StreamEnd.done
    }

    private mutating func begin(_ tally: AnswerTally, into output: inout [UInt8]) {
        guard !didBegin else { return }
        didBegin = true
        writeDelta(tally, into: &output) { delta in
            delta.member("role", "assistant")
            delta.member("content", "")
        }
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
            chunk.member("id", id)
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
