import JSONBytes

/// Writes the parts of an answer as the events of OpenAI's responses.
///
/// Source: OpenAI's API reference, "Streaming events".
struct ResponsesStreamWriter {
    private let object: ResponseObject
    private var items: [ResponseItem] = []
    /// The item of text that is open, by its place; calls stay open to the end, since a provider may
    /// mix the pieces of several.
    private var open: Int?
    /// The place of each call's item, by the provider's index.
    private var calls: [Int: Int] = [:]
    private var didStart = false
    private var sequence = 0

    init(_ request: ClientRequest, identity: AnswerIdentity) {
        object = ResponseObject(of: request, AnswerIDs(identity: identity))
    }

    mutating func write(_ part: AnswerPart, _ tally: AnswerTally, into output: inout [UInt8]) {
        switch part {
        case .begin: start(tally, into: &output)
        case .text(let text):
            let place = place(of: .message, into: &output)
            append(text, to: place, "response.output_text.delta", into: &output)
        case .reasoning(let text):
            let place = place(of: .reasoning, into: &output)
            append(text, to: place, "response.reasoning_text.delta", into: &output)
        case .toolCall(let index, let start):
            closeText(into: &output)
            calls[index] = add(
                .call(id: object.ids.call(index, given: start.id), name: start.name?.string ?? ""),
                into: &output
            )
        case .arguments(let index, let piece):
            guard let place = calls[index], !piece.isEmptyString else { return }
            append(piece, to: place, "response.function_call_arguments.delta", into: &output)
        case .foreign, .usage, .receipt, .finish: break
        }
    }

    /// Ends every item.
    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        start(tally, into: &output)
        closeText(into: &output)
        for place in calls.values.sorted() {
            let item = items[place]
            write("response.function_call_arguments.done", into: &output) { event in
                event.member("item_id", item.id)
                event.member("output_index", place)
                event.name("arguments")
                event.write(text: item.arguments)
            }
            end(place, into: &output)
        }
    }

    /// The event with the whole response.
    func terminator(_ tally: AnswerTally) -> [UInt8] {
        Self.event(ResponseObject.ending(tally), sequence) { event in
            event.name("response")
            object.write(items, tally, isDone: true, to: &event)
        }
    }

    /// The whole response, as it is kept.
    func response(_ tally: AnswerTally) -> [UInt8] { object.write(items, tally) }

    private mutating func start(_ tally: AnswerTally, into output: inout [UInt8]) {
        guard !didStart else { return }
        didStart = true
        for type in ["response.created", "response.in_progress"] {
            write(type, into: &output) { [object] event in
                event.name("response")
                object.write([], tally, isDone: false, to: &event)
            }
        }
    }

    /// The place of the open item of a kind of text, which is begun if there is none.
    private mutating func place(of kind: ResponseItem.Kind, into output: inout [UInt8]) -> Int {
        if let open {
            switch (items[open].kind, kind) {
            case (.message, .message), (.reasoning, .reasoning): return open
            default: closeText(into: &output)
            }
        }
        let place = add(kind, into: &output)
        open = place
        writePart("response.content_part.added", place, isDone: false, into: &output)
        return place
    }

    private mutating func add(_ kind: ResponseItem.Kind, into output: inout [UInt8]) -> Int {
        let place = items.count
        let item = ResponseItem(kind, index: place, ids: object.ids)
        items.append(item)
        write("response.output_item.added", into: &output) { event in
            event.member("output_index", place)
            event.name("item")
            item.write(to: &event, isDone: false)
        }
        return place
    }

    private mutating func append(
        _ text: JSONSlice,
        to place: Int,
        _ type: String,
        into output: inout [UInt8]
    ) {
        items[place].text += text.text ?? []
        let item = items[place]
        write(type, into: &output) { event in
            event.member("item_id", item.id)
            event.member("output_index", place)
            if case .call = item.kind {} else { event.member("content_index", 0) }
            event.member("delta", text)
            if case .message = item.kind { event.array("logprobs") { _ in } }
        }
    }

    /// Ends the open item of text.
    private mutating func closeText(into output: inout [UInt8]) {
        guard let place = open else { return }
        open = nil
        let item = items[place]
        var type = "response.output_text.done"
        if case .reasoning = item.kind { type = "response.reasoning_text.done" }
        write(type, into: &output) { event in
            event.member("item_id", item.id)
            event.member("output_index", place)
            event.member("content_index", 0)
            event.name("text")
            event.write(text: item.text)
            if case .message = item.kind { event.array("logprobs") { _ in } }
        }
        writePart("response.content_part.done", place, isDone: true, into: &output)
        end(place, into: &output)
    }

    private mutating func writePart(
        _ type: String,
        _ place: Int,
        isDone: Bool,
        into output: inout [UInt8]
    ) {
        let item = items[place]
        write(type, into: &output) { event in
            event.member("item_id", item.id)
            event.member("output_index", place)
            event.member("content_index", 0)
            event.name("part")
            item.writePart(to: &event, isDone: isDone)
        }
    }

    private mutating func end(_ place: Int, into output: inout [UInt8]) {
        let item = items[place]
        write("response.output_item.done", into: &output) { event in
            event.member("output_index", place)
            event.name("item")
            item.write(to: &event)
        }
    }

    private mutating func write(
        _ type: String,
        into output: inout [UInt8],
        _ body: (inout JSONWriter) -> Void
    ) {
        output += Self.event(type, sequence, body)
        sequence += 1
    }

    private static func event(
        _ type: String,
        _ sequence: Int,
        _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { event in
            event.member("type", type)
            event.member("sequence_number", sequence)
            body(&event)
        }
        return Array("event: \(type)\ndata: ".utf8) + writer.bytes + Array("\n\n".utf8)
    }
}
