import Events
import JSONBytes

/// Writes OpenAI's response object: what was asked, what came of it, and what it used.
struct ResponseObject {
    /// The fields of a request that come back in its response, each with what stands for one that was
    /// left out.
    private static let echoed: [(name: String, missing: String)] = [
        ("instructions", "null"), ("max_output_tokens", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("previous_response_id", "null"),
        ("reasoning", #"{"effort":null,"summary":null}"#), ("store", "true"),
        ("temperature", "null"), ("text", #"{"format":{"type":"text"}}"#),
        ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_p", "null"),
        ("truncation", "\"disabled\""), ("user", "null"),
    ]

    let ids: AnswerIDs
    /// The response's id, by which a later request goes on from it.
    let id: String
    /// Whether the answer is a summary of the conversation, in an item of its own.
    let isSummary: Bool
    private let root: JSONSlice
    /// Whether the client searches for tools itself.
    private let searches: Bool

    init(of request: ClientRequest, _ ids: AnswerIDs) {
        self.ids = ids
        root = request.root
        id = ids.answer("resp_")
        isSummary = request.isForSummary
        searches = request.links.declaresSearch
    }

    /// A call that the model made.
    func call(_ start: ToolCallStart, id: String) -> ResponseCall {
        ResponseCall(start, id: id, searches: searches)
    }

    /// The whole response of an answer.
    func write(_ content: AnswerContent, _ tally: AnswerTally) -> [UInt8] {
        write(ResponseItem.items(of: content, in: self), tally)
    }

    /// The whole response.
    func write(_ items: [ResponseItem], _ tally: AnswerTally) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        write(items, tally, isDone: true, to: &writer)
        return writer.bytes
    }

    /// What the event that ends a stream is called.
    static func ending(_ tally: AnswerTally) -> String {
        reason(tally) == nil ? "response.completed" : "response.incomplete"
    }

    /// Why a response is not complete; `nil` for one that is.
    private static func reason(_ tally: AnswerTally) -> String? {
        switch tally.translatedFinish {
        case .length: "max_output_tokens"
        case .contentFilter: "content_filter"
        default: nil
        }
    }

    /// Writes the response as it is when it has begun, or when it is done.
    func write(
        _ items: [ResponseItem],
        _ tally: AnswerTally,
        isDone: Bool,
        to writer: inout JSONWriter
    ) {
        let reason = isDone ? Self.reason(tally) : nil
        writer.object { root in
            root.member("id", id)
            root.member("object", "response")
            root.member("created_at", Int(ids.identity.created.microseconds / 1_000_000))
            root.member(
                "status",
                isDone ? (reason == nil ? "completed" : "incomplete") : "in_progress"
            )
            root.nullMember("error")
            if let reason {
                root.object("incomplete_details") { $0.member("reason", reason) }
            } else {
                root.nullMember("incomplete_details")
            }
            root.member("model", tally.model ?? ids.identity.model)
            root.array("output") { output in items.forEach { $0.write(to: &output) } }
            writeEchoes(to: &root)
            if isDone, tally.usage.origin != .unknown {
                root.object("usage") { Self.write(tally.usage, to: &$0) }
            } else {
                root.nullMember("usage")
            }
        }
    }

    private func writeEchoes(to response: inout JSONWriter) {
        let members = Array(root.members)
        for field in Self.echoed {
            response.name(field.name)
            if let member = members.first(where: { $0.name.isString(field.name) }),
                !member.value.isNull
            {
                response.write(member.value)
            } else {
                response.write(valid: field.missing.utf8)
            }
        }
    }

    /// OpenAI's input tokens include the cached ones.
    static func write(_ usage: TokenUsage, to object: inout JSONWriter) {
        let input = usage.prompt ?? 0
        let output = usage.output ?? 0
        object.member("input_tokens", input)
        object.object("input_tokens_details") { details in
            details.member("cached_tokens", usage.cachedInput ?? 0)
        }
        object.member("output_tokens", output)
        object.object("output_tokens_details") { details in
            details.member("reasoning_tokens", usage.reasoning ?? 0)
        }
        object.member("total_tokens", input + output)
    }
}
