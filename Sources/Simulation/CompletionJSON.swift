/// The JSON of OpenAI's chat completions, written by hand as its shape is fixed.
struct CompletionJSON {
    /// The same instant in every answer, so that equal requests get equal bytes: 2026-01-01.
    static let created = 1_767_225_600

    var id: String
    var model: String
    var answer: SimulatedAnswer

    /// The whole answer as one object.
    var object: String {
        let message =
            if let call = answer.call {
                #"{"role":"assistant","content":null,"tool_calls":[{"id":\#(jsonQuoted(call.id)),"#
                    + #""type":"function","function":{"name":\#(jsonQuoted(call.name)),"#
                    + #""arguments":\#(jsonQuoted(call.arguments))}}],"refusal":null}"#
            } else {
                #"{"role":"assistant","content":\#(jsonQuoted(answer.text)),"refusal":null}"#
            }
        return head("chat.completion")
            + #","choices":[{"index":0,"message":\#(message),"logprobs":null,"#
            + #""finish_reason":"\#(answer.finishReason)"}],"usage":\#(usage)}"#
    }

    /// The chunks before the first token, one for each piece, and after the last.
    func chunks(includingUsage: Bool) -> (first: String, pieces: [String], last: String) {
        let null = includingUsage ? #","usage":null"# : ""
        let first = event(choice(#"{"role":"assistant","content":""}"#) + null)
        let pieces =
            if let call = answer.call {
                callDeltas(call).map { event(choice($0) + null) }
            } else {
                answer.pieces.map { event(choice(#"{"content":\#(jsonQuoted($0))}"#) + null) }
            }
        var last = event(choice("{}", finishReason: #""\#(answer.finishReason)""#) + null)
        if includingUsage { last += event(#","choices":[],"usage":\#(usage)"#) }
        return (first, pieces, last + "data: [DONE]\n\n")
    }

    private func callDeltas(_ call: SimulatedAnswer.Call) -> [String] {
        [
            #"{"tool_calls":[{"index":0,"id":\#(jsonQuoted(call.id)),"type":"function","#
                + #""function":{"name":\#(jsonQuoted(call.name)),"arguments":""}}]}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":\#(jsonQuoted(call.arguments))}}]}"#,
        ]
    }

    private func choice(_ delta: String, finishReason: String = "null") -> String {
        #","choices":[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(finishReason)}]"#
    }

    private func event(_ rest: String) -> String {
        "data: " + head("chat.completion.chunk") + rest + "}\n\n"
    }

    private func head(_ object: String) -> String {
        #"{"id":"\#(id)","object":"\#(object)","created":\#(Self.created),"#
            + #""model":\#(jsonQuoted(model)),"system_fingerprint":"simulated""#
    }

    private var usage: String {
        let total = answer.promptTokens + answer.completionTokens
        return #"{"prompt_tokens":\#(answer.promptTokens),"#
            + #""completion_tokens":\#(answer.completionTokens),"total_tokens":\#(total),"#
            + #""prompt_tokens_details":{"cached_tokens":0},"#
            + #""completion_tokens_details":{"reasoning_tokens":0}}"#
    }
}
