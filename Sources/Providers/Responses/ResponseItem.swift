import JSONBytes

/// An item of a response's output: reasoning, a message or a tool's call.
struct ResponseItem {
    enum Kind {
        case reasoning
        case message
        case call(id: String, name: String)
    }

    let kind: Kind
    /// The item's own id, in OpenAI's form.
    let id: String
    /// Its text, or the arguments of the call.
    var text: [UInt8] = []

    init(_ kind: Kind, index: Int, ids: AnswerIDs) {
        self.kind = kind
        let prefix =
            switch kind {
            case .reasoning: "rs_"
            case .message: "msg_"
            case .call: "fc_"
            }
        id = ids.answer(prefix, given: nil) + "_\(index)"
    }

    /// The items of a whole answer.
    static func items(of content: AnswerContent, ids: AnswerIDs) -> [ResponseItem] {
        var items: [ResponseItem] = []
        func append(_ kind: Kind, _ pieces: [JSONSlice]) {
            var item = ResponseItem(kind, index: items.count, ids: ids)
            item.text = pieces.flatMap { $0.text ?? [] }
            items.append(item)
        }
        if !content.reasoning.isEmpty { append(.reasoning, content.reasoning) }
        if !content.texts.isEmpty || content.calls.isEmpty { append(.message, content.texts) }
        for call in content.calls {
            append(.call(id: call.id, name: call.name?.string ?? ""), call.arguments)
        }
        return items
    }

    /// Writes the item; one that has only begun is empty.
    func write(to writer: inout JSONWriter, isDone: Bool = true) {
        writer.object { item in
            item.member("id", id)
            switch kind {
            case .reasoning:
                item.member("type", "reasoning")
                item.array("summary") { _ in }
                item.array("content") { if isDone { writePart(to: &$0) } }
            case .message:
                item.member("type", "message")
                item.member("role", "assistant")
                item.array("content") { if isDone { writePart(to: &$0) } }
            case .call(let id, let name):
                item.member("type", "function_call")
                item.member("call_id", id)
                item.member("name", name)
                item.name("arguments")
                item.write(text: isDone ? arguments : [])
            }
            item.member("status", isDone ? "completed" : "in_progress")
        }
    }

    /// Writes the part of the content that holds the text; one that has only begun is empty.
    func writePart(to writer: inout JSONWriter, isDone: Bool = true) {
        writer.object { part in
            if case .reasoning = kind {
                part.member("type", "reasoning_text")
            } else {
                part.member("type", "output_text")
                part.array("annotations") { _ in }
                part.array("logprobs") { _ in }
            }
            part.name("text")
            part.write(text: isDone ? text : [])
        }
    }

    /// The arguments of a call: a model that writes none means an empty object.
    var arguments: [UInt8] { text.isEmpty ? Array("{}".utf8) : text }
}
