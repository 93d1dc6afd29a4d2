import Events
import Settings

/// What a simulated model answers: a text, JSON of a form that is asked for, or a call of a tool.
struct SimulatedAnswer {
    /// The text in the pieces that a stream sends, about a token each.
    var pieces: [String] = []
    /// The tool to call instead.
    var call: Call?
    var promptTokens: Int
    var completionTokens: Int
    var finishReason = "stop"

    struct Call {
        var id: String
        var name: String
        var arguments: String
    }

    var text: String { pieces.joined() }
}

extension SimulatedAnswer {
    /// The answer to `request`, which is a function of the request, the model and the seed.
    init(
        to request: ChatRequest,
        by model: SimulatedModel,
        seed: UInt64,
        outcomes: OutcomeTable?
    ) {
        var draws = SeededRandom(seed: seed, "answer", model.name, request.prompt)
        if let function = request.functionToCall {
            self.init(calling: function, request, &draws)
        } else if let structured = request.structuredAnswer {
            self.init(structured, request)
        } else if let recorded = outcomes?.row(prompt: request.prompt)?
            .outcomes[model.outcomeModel ?? model.name]
        {
            self.init(recorded, limit: request.outputLimit)
        } else {
            self.init(drawn: &draws, request, model)
        }
    }

    private init(
        calling function: ChatRequest.Tool.Function,
        _ request: ChatRequest,
        _ draws: inout SeededRandom
    ) {
        let schema = function.parameters.flatMap { $0.members.isEmpty ? nil : $0 }
        let arguments = schema.map { SchemaInstance(of: $0).text } ?? "{}"
        call = Call(
            id: "call_" + String(draws.next(), radix: 16),
            name: function.name,
            arguments: arguments
        )
        promptTokens = request.promptTokens
        completionTokens = 4 + TokenEstimate.tokens(ofBytes: arguments.utf8.count)
        finishReason = "tool_calls"
    }

    /// JSON that is cut at the request's limit, as a model's is: a token for every four bytes.
    private init(_ structured: String, _ request: ChatRequest) {
        let letters = Array(structured)
        pieces = stride(from: 0, to: letters.count, by: 4).map { start in
            String(letters[start..<min(start + 4, letters.count)])
        }
        promptTokens = request.promptTokens
        if let limit = request.outputLimit, limit < pieces.count {
            pieces.removeLast(pieces.count - limit)
            finishReason = "length"
        }
        completionTokens = pieces.count
    }

    /// The answer and counts of an outcome table, cut at the request's limit as a model would.
    private init(_ recorded: RecordedOutcome, limit: Int?) {
        let text =
            recorded.answer
            ?? "This is a simulated answer; the recorded one had quality \(recorded.quality)."
        pieces = Self.pieces(of: text)
        promptTokens = recorded.inputTokens
        completionTokens = recorded.outputTokens
        guard let limit, limit < recorded.outputTokens else { return }
        let share = pieces.count * limit / recorded.outputTokens
        pieces.removeLast(pieces.count - share)
        completionTokens = limit
        finishReason = "length"
    }

    private init(drawn draws: inout SeededRandom, _ request: ChatRequest, _ model: SimulatedModel) {
        let opening = "This is a simulated answer by \(model.name)."
        pieces = Self.pieces(of: opening)
        for _ in 0..<draws.count(in: 8...72) {
            pieces.append(" " + Self.words[draws.count(in: 0...Self.words.count - 1)])
        }
        pieces.append(".")
        promptTokens = request.promptTokens
        if let limit = request.outputLimit, limit < pieces.count {
            pieces.removeLast(pieces.count - max(0, limit))
            finishReason = "length"
        }
        completionTokens = pieces.count
    }

    /// `text` cut before each space, so that the pieces join to the same text.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var start = text.startIndex
        for index in text.indices where text[index] == " " && index > start {
            pieces.append(String(text[start..<index]))
            start = index
        }
        pieces.append(String(text[start...]))
        return pieces
    }

    private static let words = [
        "the", "a", "each", "value", "request", "answer", "model", "token", "of", "in", "and",
        "with",
        "for", "is", "are", "then", "first", "second", "holds", "reads", "writes", "keeps", "long",
        "short", "simple", "plain", "step", "result", "function", "list", "order", "case",
    ]
}
