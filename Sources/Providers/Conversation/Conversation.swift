import JSONBytes

/// A request without a family: what every family can say, in one form.
///
/// Each family has one reader into it and, if it is spoken to providers, one writer out of it, so
/// that a new family needs no translator to each of the others. Texts stay slices of the request:
/// they are copied as they are written, escapes and all.
struct Conversation {
    /// The system prompt, in pieces; each a string.
    var system: [JSONSlice] = []
    var turns: [Turn] = []
    var tools: [ToolDefinition] = []
    var toolChoice: ToolChoice?
    /// Whether several tools may be called at once.
    var parallelTools: Bool?
    var outputLimit: Int?
    var sampling = Sampling()
    /// Strings that end the answer.
    var stop: [JSONSlice] = []
    var streamed = false
    var format = OutputFormat.text
    /// How the model shall think before it answers; `nil` leaves it to the model.
    var thinking: AskedThinking?
    /// Who the client's own user is, a string.
    var endUser: JSONSlice?
    /// What may not survive a translation, with the path of the field that says it.
    var findings: [Finding] = []

    /// The sampling parameters as numbers in the request's own spelling.
    struct Sampling {
        var temperature: JSONSlice?
        var topP: JSONSlice?
        var topK: JSONSlice?
        var seed: JSONSlice?
        var frequencyPenalty: JSONSlice?
        var presencePenalty: JSONSlice?
    }

    enum OutputFormat {
        case text
        case json
        case schema(JSONSlice)
    }

    enum ToolChoice {
        case auto
        case none
        case required
        case named(JSONSlice)
    }

    struct ToolDefinition {
        var name: JSONSlice
        var description: JSONSlice?
        /// The JSON schema of the arguments, an object.
        var schema: JSONSlice?
    }

    struct Finding {
        var feature: Feature
        var path: String
    }

    /// Notes what an assistant thought, which not every family takes back, and gives it as a turn's.
    mutating func noteReasoning(_ reasoning: JSONSlice?, at path: String) -> [JSONSlice] {
        guard let reasoning, !reasoning.isEmptyString else { return [] }
        guard reasoning.kind == .string else {
            note(.hint, at: path)
            return []
        }
        note(.pastReasoning, at: path)
        return [reasoning]
    }

    mutating func note(_ feature: Feature, at path: String) {
        findings.append(Finding(feature: feature, path: path))
    }
}
