import Events
import JSONBytes

/// Writes the parts of an answer as the events of an Anthropic message stream.
struct AnthropicStreamWriter {
    /// The block of content that is open; Anthropic streams them one after the other.
    private enum Block: Equatable {
        case text
        case thinking
        case tool(Int)
    }

    private let ids: AnswerIDs
    private var didStart = false
    private var open: Block?
    private var blockCount = 0

    init(identity: AnswerIdentity) {
        ids = AnswerIDs(identity: identity, rule: CallIDRule(of: .anthropic))
    }

    mutating func write(
        _ part: AnswerPart,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        switch part {
        case .begin(let id, _): start(id, tally, into: &output)
        case .text(let text):
            switchTo(.text, into: &output) { block in
                block.member("type", "text")
                block.member("text", "")
            }
            writeDelta(type: "text_delta", "text", text, into: &output)
        case .reasoning(let text):
            switchTo(.thinking, into: &output) { block in
                block.member("type", "thinking")
                block.member("thinking", "")
                block.member("signature", "")
            }
            writeDelta(type: "thinking_delta", "thinking", text, into: &output)
        case .toolCall(let index, let start):
            let id = ids.call(index, given: start.id)
            closeBlock(into: &output)
            switchTo(.tool(index), into: &output) { block in
                block.member("type", "tool_use")
                block.member("id", id)
                block.name("name")
                block.write(joined: [start.name].compactMap(\.self), separator: "")
                block.object("input") { _ in }
            }
        case .arguments(let index, let piece):
            guard open == .tool(index) else {
                // Anthropic can't reopen a block; no known provider mixes the calls' deltas.
                throw ProviderFailure(
                    .invalidResponse,
                    "tool call \(index) goes on after another block began"
                )
            }
            writeDelta(type: "input_json_delta", "partial_json", piece, into: &output)
        case .foreign, .usage, .receipt, .finish: break
        }
    }

    /// Closes the last block and tells reason and usage, which may come as late as the end; a count
    /// that never came is told as an estimate.
    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        start(nil, tally, into: &output)
        closeBlock(into: &output)
        write("message_delta", into: &output) { event in
            event.object("delta") { delta in
                delta.member("stop_reason", tally.translatedFinish.anthropicName)
                delta.nullMember("stop_sequence")
            }
            event.object("usage") { AnthropicUsage.write(tally.translatedUsage, to: &$0) }
        }
    }

    private mutating func start(
        _ id: JSONSlice?,
        _ tally: AnswerTally,
        into output: inout [UInt8]
    ) {
        guard !didStart else { return }
        didStart = true
        write("message_start", into: &output) { event in
            event.object("message") { message in
                message.member("id", ids.answer("msg_", given: id))
                message.member("type", "message")
                message.member("role", "assistant")
                message.member("model", tally.model ?? ids.identity.model)
                message.array("content") { _ in }
                message.nullMember("stop_reason")
                message.nullMember("stop_sequence")
                message.object("usage") { AnthropicUsage.write(tally.usage, to: &$0) }
            }
        }
    }

    /// Opens a block unless it is open already.
    private mutating func switchTo(
        _ block: Block,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        guard open != block else { return }
        closeBlock(into: &output)
        open = block
        write("content_block_start", into: &output) { event in
            event.member("index", blockCount)
            event.object("content_block", body)
        }
    }

    private mutating func closeBlock(into output: inout [UInt8]) {
        guard open != nil else { return }
        write("content_block_stop", into: &output) { $0.member("index", blockCount) }
        open = nil
        blockCount += 1
    }

    private func writeDelta(
        type: String,
        _ name: String,
        _ text: JSONSlice,
        into output: inout [UInt8]
    ) {
        write("content_block_delta", into: &output) { event in
            event.member("index", blockCount)
            event.object("delta") { delta in
                delta.member("type", type)
                delta.member(name, text)
            }
        }
    }

    private func write(
        _ type: String,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        var writer = JSONWriter(capacity: 256)
        writer.object { event in
            event.member("type", type)
            body(&event)
        }
        output.append(contentsOf: "event: \(type)\ndata: ".utf8)
        output.append(contentsOf: writer.bytes)
        output.append(contentsOf: "\n\n".utf8)
    }
}
