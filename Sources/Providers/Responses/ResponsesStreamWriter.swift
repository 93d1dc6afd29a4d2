import JSONBytes

/// Writes the parts of an answer as the events of OpenAI's responses.
///
/// Source: OpenAI's API reference, "Streaming events".
struct ResponsesStreamWriter: StreamWriter {
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
            guard !object.isSummary else { return addToSummary(text, into: &output) }
            let place = place(of: .message, into: &output)
            append(text, to: place, ["response.output_text.delta"], into: &output)
        case .reasoning(let text):
            guard !object.isSummary else { return }
            let place = place(of: .reasoning, into: &output)
            let types = ["response.reasoning_summary_text.delta", "response.reasoning_text.delta"]
            append(text, to: place, types, into: &output)
        case .toolCall(let index, let start):
            guard !object.isSummary else { return }
            closeText(into: &output)
            let id = object.ids.call(index, given: start.id)
            calls[index] = add(.call(object.call(start, id: id)), into: &output)
        case .arguments(let index, let piece):
            guard let place = calls[index], !piece.isEmptyString else { return }
            let types = items[place].call?.form.deltaType.map { [$0] } ?? []
            append(piece, to: place, types, into: &output)
        case .picture, .foreign, .usage, .receipt, .finish: break
        }
    }

    /// A summary is one item, told when it is whole.
    private mutating func addToSummary(_ text: JSONSlice, into output: inout [UInt8]) {
        let place = open ?? add(.compaction, into: &output)
        open = place
        items[place].text += text.text ?? []
    }

    /// Ends every item.
    mutating func close(_ tally: AnswerTally, into output: inout [UInt8]) {
        start(tally, into: &output)
        closeText(into: &output)
        for place in calls.values.sorted() {
            let item = items[place]
            if let form = item.call?.form, let type = form.doneType {
                write(type, into: &output) { event in
                    event.member("item_id", item.id)
                    event.member("output_index", place)
                    event.name(form == .custom ? "input" : "arguments")
                    event.write(text: form == .custom ? item.text : item.arguments)
                }
            }
            end(place, into: &output)
        }
    }

    /// The event with the whole response.
    func terminator(_ tally: AnswerTally, _ durations: AnswerDurations?) -> [UInt8] {
        Self.event(ResponseObject.ending(tally), sequence) { event in
            event.name("response")
            object.write(items, tally, isDone: true, to: &event)
        }
    }

    /// The whole response, as it is kept.
    func response(_ tally: AnswerTally) -> [UInt8]? { object.write(items, tally) }

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
        if items[place].isReasoning {
            writePart(
                "response.reasoning_summary_part.added",
                place,
                isDone: false,
                into: &output
            )
        }
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

    /// Adds a piece to an item and tells of it in events of some types, none for what is told when it
    /// is whole.
    private mutating func append(
        _ text: JSONSlice,
        to place: Int,
        _ types: [String],
        into output: inout [UInt8]
    ) {
        items[place].text += text.text ?? []
        let item = items[place]
        for type in types {
            write(type, into: &output) { event in
                event.member("item_id", item.id)
                event.member("output_index", place)
                if let index = Self.indexName(of: type) { event.member(index, 0) }
                event.member("delta", text)
                if case .message = item.kind { event.array("logprobs") { _ in } }
            }
        }
    }

    /// What the place of a part is called in an event; `nil` in those of calls.
    private static func indexName(of type: String) -> String? {
        if type.contains("summary") { return "summary_index" }
        return type.contains("text") ? "content_index" : nil
    }

    /// Ends the open item of text.
    private mutating func closeText(into output: inout [UInt8]) {
        guard let place = open else { return }
        open = nil
        let item = items[place]
        switch item.kind {
        case .message: writeText("response.output_text.done", place, into: &output)
        case .reasoning:
            writeText("response.reasoning_summary_text.done", place, into: &output)
            writePart(
                "response.reasoning_summary_part.done",
                place,
                isDone: true,
                into: &output
            )
            writeText("response.reasoning_text.done", place, into: &output)
        case .compaction, .call: return end(place, into: &output)
        }
        writePart("response.content_part.done", place, isDone: true, into: &output)
        end(place, into: &output)
    }

    private mutating func writeText(
        _ type: String,
        _ place: Int,
        into output: inout [UInt8]
    ) {
        let item = items[place]
        write(type, into: &output) { event in
            event.member("item_id", item.id)
            event.member("output_index", place)
            if let index = Self.indexName(of: type) { event.member(index, 0) }
            event.name("text")
            event.write(text: item.text)
            if case .message = item.kind { event.array("logprobs") { _ in } }
        }
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
            let isSummary = type.contains("summary")
            event.member(isSummary ? "summary_index" : "content_index", 0)
            event.name("part")
            if isSummary {
                item.writeSummary(to: &event, isDone: isDone)
            } else {
                item.writePart(to: &event, isDone: isDone)
            }
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

extension ResponseCall.Form {
    /// The type of the event that brings a piece of its arguments; a search has none.
    fileprivate var deltaType: String? {
        switch self {
        case .function: "response.function_call_arguments.delta"
        case .custom: "response.custom_tool_call_input.delta"
        case .search: nil
        }
    }

    /// The type of the event that brings the whole of them.
    fileprivate var doneType: String? {
        switch self {
        case .function: "response.function_call_arguments.done"
        case .custom: "response.custom_tool_call_input.done"
        case .search: nil
        }
    }
}
