import JSONBytes

/// An item of a response's output: reasoning, a message, a tool's call, or the summary of a conversation.
struct ResponseItem {
    enum Kind {
        case reasoning
        case message
        case call(ResponseCall)
        case compaction
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
            case .reasoning: OwnItems.reasoningPrefix
            case .message: "msg_"
            case .call(let call): call.form.idPrefix
            case .compaction: "cmp_"
            }
        id = ids.answer(prefix) + "_\(index)"
    }

    var call: ResponseCall? {
        if case .call(let call) = kind { call } else { nil }
    }

    var isReasoning: Bool {
        if case .reasoning = kind { true } else { false }
    }

    /// The items of a whole answer.
    static func items(of content: AnswerContent, in object: ResponseObject) -> [ResponseItem] {
        var items: [ResponseItem] = []
        func append(_ kind: Kind, _ pieces: [JSONSlice]) {
            var item = ResponseItem(kind, index: items.count, ids: object.ids)
            item.text = pieces.flatMap { $0.text ?? [] }
            items.append(item)
        }
        if object.isSummary {
            append(.compaction, content.texts)
            return items
        }
        if !content.reasoning.isEmpty { append(.reasoning, content.reasoning) }
        if !content.texts.isEmpty || content.calls.isEmpty { append(.message, content.texts) }
        for call in content.calls {
            append(.call(object.call(call.start, id: call.id)), call.arguments)
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
                item.array("summary") { if isDone { writeSummary(to: &$0) } }
                item.array("content") { if isDone { writePart(to: &$0) } }
                item.nullMember("encrypted_content")
            case .message:
                item.member("type", "message")
                item.member("role", "assistant")
                item.array("content") { if isDone { writePart(to: &$0) } }
            case .call(let call): write(call, to: &item, isDone: isDone)
            case .compaction:
                item.member("type", "compaction")
                item.name("encrypted_content")
                item.write(text: isDone ? Array(OwnItems.compactionPrefix.utf8) + text : [])
                return
            }
            item.member("status", isDone ? "completed" : "in_progress")
        }
    }

    private func write(_ call: ResponseCall, to item: inout JSONWriter, isDone: Bool) {
        item.member("type", call.form.rawValue)
        item.member("call_id", call.id)
        switch call.form {
        case .function:
            item.member("name", call.name)
            item.member("namespace", ifPresent: call.namespace)
            item.name("arguments")
            item.write(text: isDone ? arguments : [])
        case .custom:
            item.member("name", call.name)
            item.member("namespace", ifPresent: call.namespace)
            item.name("input")
            item.write(text: isDone ? text : [])
        case .search:
            item.member("execution", "client")
            item.member("arguments", isDone ? searchArguments : .emptyObject)
        }
    }

    /// Writes the part of the content that holds the text; one that has only begun is empty.
    func writePart(to writer: inout JSONWriter, isDone: Bool = true) {
        writer.object { part in
            if isReasoning {
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

    /// Writes what was thought as a summary of itself: clients show those and hide the thoughts.
    func writeSummary(to writer: inout JSONWriter, isDone: Bool = true) {
        writer.object { part in
            part.member("type", "summary_text")
            part.name("text")
            part.write(text: isDone ? text : [])
        }
    }

    /// The arguments of a call: a model that writes none means an empty object.
    var arguments: [UInt8] { text.isEmpty ? Array("{}".utf8) : text }

    /// The arguments of a search, which are an object here; what is none is the question.
    private var searchArguments: JSONSlice {
        do {
            let given = try JSONSlice(validating: arguments)
            if given.kind == .object { return given }
        } catch {
            // The model wrote the question alone.
        }
        var writer = JSONWriter(capacity: text.count + 16)
        writer.object { object in
            object.name("query")
            object.write(text: text)
        }
        return JSONSlice(written: writer)
    }
}
