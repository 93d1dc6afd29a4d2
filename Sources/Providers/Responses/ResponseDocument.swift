import JSONBytes

/// Says a whole response as the events of a stream, for a server that answers a request for a stream with
/// one document: clients read the items and the texts from the events.
///
/// Source: OpenAI's API reference, "Streaming events", November 2026.
struct ResponseDocument {
    private var events: [UInt8] = []
    private var sequence = 0

    /// The events of a response, each item and part as it came.
    ///
    /// - Throws: `JSONError` where the document is none.
    static func events(of document: [UInt8]) throws(JSONError) -> [UInt8] {
        let root = try JSONSlice(validating: document)
        let found = try root.scan(["output", "status"])
        var stream = ResponseDocument()
        for type in ["response.created", "response.in_progress"] {
            stream.append(type) { $0.member("response", root) }
        }
        if let output = found[0], output.kind == .array {
            for (place, item) in output.elements.enumerated() {
                try stream.append(item: item, at: place)
            }
        }
        let status = found[1]?.string ?? "completed"
        let isKnown = ["completed", "incomplete", "failed", "cancelled"].contains(status)
        stream.append("response.\(isKnown ? status : "completed")") {
            $0.member("response", root)
        }
        return stream.events
    }

    private mutating func append(item: JSONSlice, at place: Int) throws(JSONError) {
        append("response.output_item.added") { event in
            event.member("output_index", place)
            event.member("item", item)
        }
        if item.kind == .object {
            let found = try item.scan(["id", "content", "type", "arguments", "input"])
            if let parts = found[1], parts.kind == .array {
                for (index, part) in parts.elements.enumerated() where part.kind == .object {
                    try append(part: part, of: found[0], at: (place, index))
                }
            }
            let call: (name: String, field: String, text: JSONSlice?) =
                found[2]?.isString("custom_tool_call") == true
                ? ("custom_tool_call_input", "input", found[4])
                : ("function_call_arguments", "arguments", found[3])
            if let text = call.text, text.kind == .string {
                for (moment, field) in [("delta", "delta"), ("done", call.field)] {
                    append("response.\(call.name).\(moment)") { event in
                        event.member("item_id", ifPresent: found[0])
                        event.member("output_index", place)
                        event.member(field, text)
                    }
                }
            }
        }
        append("response.output_item.done") { event in
            event.member("output_index", place)
            event.member("item", item)
        }
    }

    private mutating func append(
        part: JSONSlice,
        of id: JSONSlice?,
        at place: (item: Int, part: Int)
    ) throws(JSONError) {
        let found = try part.scan(["type", "text", "refusal"])
        func write(_ event: inout JSONWriter) {
            event.member("item_id", ifPresent: id)
            event.member("output_index", place.item)
            event.member("content_index", place.part)
        }
        append("response.content_part.added") { event in
            write(&event)
            event.member("part", part)
        }
        let type = found[0]?.string ?? "output_text"
        let field = type == "refusal" ? "refusal" : "text"
        if let text = type == "refusal" ? found[2] : found[1], text.kind == .string {
            for (moment, field) in [("delta", "delta"), ("done", field)] {
                append("response.\(type).\(moment)") { event in
                    write(&event)
                    event.member(field, text)
                    if type == "output_text" { event.array("logprobs") { _ in } }
                }
            }
        }
        append("response.content_part.done") { event in
            write(&event)
            event.member("part", part)
        }
    }

    private mutating func append(_ type: String, _ body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 512)
        writer.object { event in
            event.member("type", type)
            event.member("sequence_number", sequence)
            body(&event)
        }
        events += Array("event: \(type)\ndata: ".utf8) + writer.bytes + Array("\n\n".utf8)
        sequence += 1
    }
}
