import Events
import JSONBytes

/// Writes the parts of an answer as the events of an Anthropic message stream.
///
/// Anthropic's blocks come one after the other, each whole before the next begins. A provider may
/// mix the pieces of several calls, so what follows a call that isn't whole yet waits for it.
struct AnthropicStreamWriter: StreamWriter {
    /// A block of content, and what of it has come but not been written.
    private struct Block {
        enum Kind: Equatable {
            case text
            case thinking
            case tool(Int)
        }

        let kind: Kind
        /// What `content_block_start` holds.
        let start: JSONSlice
        /// The pieces that wait, as they stand in a string.
        var waiting: [UInt8] = []
        var progress = ArgumentsProgress()

        /// Whether more of it may come after another block has begun.
        var isUnfinished: Bool {
            if case .tool = kind { !progress.isComplete } else { false }
        }
    }

    private let ids: AnswerIDs
    private var didStart = false
    /// The block that is open, `blocks[blockCount]`, and those that wait for their turn, by their numbers in
    /// the answer.
    private var blocks: [Int: Block] = [:]
    /// The number of the last block of each call that is open or waits.
    private var callBlocks: [Int: Int] = [:]
    /// The bytes of those that wait.
    private var waitingByteCount = 0
    /// The calls whose block was closed.
    private var closedCalls: Set<Int> = []
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
        case .begin: start(tally, into: &output)
        case .text(let text):
            try add(text, to: .text, into: &output) { block in
                block.member("type", "text")
                block.member("text", "")
            }
        case .reasoning(let text):
            try add(text, to: .thinking, into: &output) { block in
                block.member("type", "thinking")
                block.member("thinking", "")
                block.member("signature", "")
            }
        case .toolCall(let index, let start):
            let id = ids.call(index, given: start.id)
            begin(.tool(index), into: &output) { block in
                block.member("type", "tool_use")
                block.member("id", id)
                block.name("name")
                block.write(joined: [start.name].compactMap(\.self), separator: "")
                block.object("input") { _ in }
            }
        case .arguments(let index, let piece): try add(piece, toCall: index, into: &output)
        // `PictureNote` has said pictures as text.
        case .picture, .foreign, .usage, .receipt, .finish: break
        }
    }

    /// Closes the last blocks and tells reason and usage, which may come as late as the end; a count
    /// that never came is told as an estimate.
    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        start(tally, into: &output)
        while !blocks.isEmpty { closeFirst(into: &output) }
        write("message_delta", into: &output) { event in
            event.object("delta") { delta in
                delta.member("stop_reason", tally.translatedFinish.anthropicName)
                tally.translatedFinish.writeStopSequence(to: &delta)
            }
            event.object("usage") { AnthropicUsage.write(tally.translatedUsage, to: &$0) }
        }
    }

    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        StreamEnd.messageStop
    }

    private mutating func start(_ tally: AnswerTally, into output: inout [UInt8]) {
        guard !didStart else { return }
        didStart = true
        write("message_start", into: &output) { event in
            event.object("message") { message in
                message.member("id", ids.answer("msg_"))
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

    /// Adds a piece of text or thinking to the last block, or to a new one.
    private mutating func add(
        _ text: JSONSlice,
        to kind: Block.Kind,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) throws(ProviderFailure) {
        if blocks[lastBlock]?.kind != kind { begin(kind, into: &output, body) }
        try add(text, toBlock: lastBlock, into: &output)
    }

    private mutating func add(
        _ piece: JSONSlice,
        toCall index: Int,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        guard let place = callBlocks[index] else {
            // White space after a whole value changes nothing.
            guard closedCalls.contains(index), !piece.isBlankString else { return }
            throw ProviderFailure(
                .invalidResponse,
                "tool call \(index) goes on after its arguments were whole"
            )
        }
        blocks[place]?.progress.add(raw: piece.rawText ?? [])
        try add(piece, toBlock: place, into: &output)
        advance(into: &output)
    }

    /// Writes a piece of the open block; one of a block that waits is kept.
    private mutating func add(
        _ piece: JSONSlice,
        toBlock place: Int,
        into output: inout [UInt8]
    ) throws(ProviderFailure) {
        if place == blockCount, let open = blocks[place] {
            return writeDelta(piece, of: open.kind, into: &output)
        }
        let raw = piece.rawText ?? []
        blocks[place]?.waiting += raw
        waitingByteCount += raw.count
        guard waitingByteCount <= AnswerStream.eventLimit else {
            throw ProviderFailure(
                .invalidResponse,
                "more than \(AnswerStream.eventLimit) bytes wait for a tool call to be whole"
            )
        }
    }

    private mutating func begin(
        _ kind: Block.Kind,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        var start = JSONWriter()
        start.object(nil, body)
        blocks[lastBlock + 1] = Block(kind: kind, start: JSONSlice(written: start))
        if case .tool(let index) = kind { callBlocks[index] = lastBlock }
        if blocks.count == 1 { open(into: &output) } else { advance(into: &output) }
    }

    private var lastBlock: Int { blockCount + blocks.count - 1 }

    /// Closes what is whole and has a successor.
    private mutating func advance(into output: inout [UInt8]) {
        while blocks.count > 1, blocks[blockCount]?.isUnfinished == false {
            closeFirst(into: &output)
        }
    }

    /// Begins the first block, and writes what has waited for it.
    private mutating func open(into output: inout [UInt8]) {
        guard let open = blocks[blockCount] else { return }
        write("content_block_start", into: &output) { event in
            event.member("index", blockCount)
            event.member("content_block", open.start)
        }
        guard !open.waiting.isEmpty else { return }
        waitingByteCount -= open.waiting.count
        writeDelta(.quoting(raw: open.waiting), of: open.kind, into: &output)
        blocks[blockCount]?.waiting = []
    }

    private mutating func closeFirst(into output: inout [UInt8]) {
        write("content_block_stop", into: &output) { $0.member("index", blockCount) }
        if case .tool(let index) = blocks.removeValue(forKey: blockCount)?.kind {
            closedCalls.insert(index)
            if callBlocks[index] == blockCount { callBlocks[index] = nil }
        }
        blockCount += 1
        if !blocks.isEmpty { open(into: &output) }
    }

    private func writeDelta(
        _ text: JSONSlice,
        of kind: Block.Kind,
        into output: inout [UInt8]
    ) {
        let (type, name) =
            switch kind {
            case .text: ("text_delta", "text")
            case .thinking: ("thinking_delta", "thinking")
            case .tool: ("input_json_delta", "partial_json")
            }
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
