import Events
import JSONBytes

/// What an Anthropic request says of thinking, and the limit of an answer, which includes it.
///
/// Sources: Anthropic's API reference, "Create a Message"; its guides "Thinking", "Extended thinking",
/// "Effort"; November 2026.
struct AnthropicThinking {
    /// The least tokens that are left to the answer beside a budget to think.
    private static let roomToAnswer = 1_024
    /// The least that a model which takes a budget may write in all (Claude Opus 4 and 4.1).
    private static let leastCeiling = 32_000

    /// `max_tokens`.
    private(set) var outputLimit: Int
    private var setting: AskedThinking.Setting

    /// What a conversation asks for, as far as Anthropic has it: thinking is left out beside what
    /// Anthropic refuses together with it (`Feature.boundEffort` reports that), and a budget beside
    /// an output limit with no room for it, or in the middle of a loop of tools, whose turns would
    /// have to begin with thinking that Anthropic signed.
    init(of conversation: Conversation, _ options: BodyOptions) {
        setting = conversation.thinkingSetting(by: options.thinking, in: .anthropic)
        let limit = conversation.outputLimit ?? options.outputLimit
        outputLimit = limit ?? AnthropicRequestWriter.defaultOutputLimit
        if conversation.thinking?.isOn == true, conversation.isBoundForThinking {
            setting = .unsaid
        }
        // What is thought is written within the same limit.
        if limit == nil, case .effort(let effort) = setting { outputLimit += effort.tokens }
        guard options.thinking?.form == .budget, conversation.thinking?.isOn == true,
            setting != .unsaid
        else { return }
        guard !conversation.isInToolLoop else {
            setting = .unsaid
            return
        }
        var budget = ThinkingEffort.medium.tokens
        if case .budget(let tokens) = setting { budget = tokens }
        if let limit {
            budget = min(budget, limit - Self.roomToAnswer)
        } else {
            outputLimit = min(outputLimit + budget, Self.leastCeiling)
            budget = min(budget, outputLimit - Self.roomToAnswer)
        }
        let least = options.thinking?.budgets.lowerBound ?? 0
        setting = budget >= least ? .budget(budget) : .unsaid
    }

    /// Whether the model is told to think.
    var isOn: Bool {
        switch setting {
        case .unsaid, .off: false
        case .on, .effort, .budget: true
        }
    }

    /// Writes the members `thinking` and `output_config`, the latter with the schema of the answer.
    ///
    /// Newer models keep what they think to themselves unless a summary is asked for.
    func write(schema: Conversation.Schema?, to root: inout JSONWriter) {
        switch setting {
        case .unsaid: break
        case .off(let word): root.object("thinking") { $0.member("type", word) }
        case .on, .effort:
            root.object("thinking") { thinking in
                thinking.member("type", "adaptive")
                thinking.member("display", "summarized")
            }
        case .budget(let tokens):
            root.object("thinking") { thinking in
                thinking.member("type", "enabled")
                thinking.member("budget_tokens", tokens)
            }
        }
        writeOutput(schema, to: &root)
    }

    /// The effort and the schema of the answer, which Anthropic has in one member (its "Effort" and
    /// "Structured outputs", November 2026).
    private func writeOutput(_ schema: Conversation.Schema?, to root: inout JSONWriter) {
        var effort: ThinkingEffort?
        if case .effort(let said) = setting { effort = said }
        guard effort != nil || schema != nil else { return }
        root.object("output_config") { output in
            output.member("effort", ifPresent: effort?.rawValue)
            guard let schema else { return }
            output.object("format") { format in
                format.member("type", "json_schema")
                format.member("schema", ClosedSchema.closed(schema.schema))
            }
        }
    }
}
