import Events
import JSONBytes

/// A request without a family: what every family can say, in one form.
///
/// Each family has one reader into it and, if it is spoken to providers, one writer out of it, so
/// that a new family needs no translator to each of the others. Texts stay slices of the request:
/// they are copied as they are written, escapes and all.
struct Conversation: Sendable {
    /// The system prompt, in pieces; each a text.
    var system: [Turn.Part] = []
    var turns: [Turn] = []
    var tools: [ToolDefinition] = []
    /// What was declared so far, so that no tool is looked for among all others.
    private var declared: Set<DeclaredName> = []
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
    /// What OpenAI's chats have a field for and few others of the family, by the field's name; each a
    /// string (`ChatHint`).
    var chatHints: [(name: String, value: JSONSlice)] = []
    /// What may not survive a translation, with the path of the field that says it.
    var findings: [Finding] = []
    /// Whether what is read now was said before the last answer ended, so that the client can't take
    /// it back: nothing of it excludes a provider.
    var isPast = false

    /// The sampling parameters as numbers in the request's own spelling.
    struct Sampling {
        var temperature: JSONSlice?
        var topP: JSONSlice?
        var topK: JSONSlice?
        var seed: JSONSlice?
        var frequencyPenalty: JSONSlice?
        var presencePenalty: JSONSlice?
        /// The fields that Anthropic has no thinking with: a temperature other than 1, top-k sampling.
        var boundPaths: [String] = []
    }

    enum OutputFormat {
        case text
        case json
        case schema(Schema)
    }

    /// A JSON schema that the answer shall have.
    struct Schema {
        var schema: JSONSlice
        /// What the client calls it, a string.
        var name: JSONSlice?
        /// What it says the schema is for, a string.
        var description: JSONSlice?
        /// Whether the provider shall hold the answer to it; `nil` leaves it to the provider.
        var strict: Bool?
    }

    enum ToolChoice {
        case auto
        case none
        case required
        case named(JSONSlice)
    }

    struct ToolDefinition {
        /// What its arguments are.
        enum Kind {
            /// An object.
            case function
            /// One text, which may have to follow a grammar (`format`, an object): OpenAI's custom tools.
            case custom(format: JSONSlice?)
        }

        var name: JSONSlice
        var description: JSONSlice?
        /// The JSON schema of the arguments, an object.
        var schema: JSONSlice?
        /// Whether the provider shall hold the arguments to it; `nil` leaves it to the provider.
        var strict: Bool?
        var kind = Kind.function
        /// The group of tools that it is of, a string.
        var namespace: JSONSlice?
        /// Anthropic's `cache_control`, an object.
        var cacheControl: JSONSlice?
    }

    private struct DeclaredName: Hashable {
        let name: String?
        let namespace: String?
    }

    /// Takes a tool, unless one of its name and group is there; says whether it was taken.
    mutating func declare(_ tool: ToolDefinition) -> Bool {
        let name = DeclaredName(name: tool.name.string, namespace: tool.namespace?.string)
        guard declared.insert(name).inserted else { return false }
        tools.append(tool)
        return true
    }

    struct Finding {
        var feature: Feature
        var path: String
        /// Whether it was said before the last answer ended.
        var isPast = false

        /// What becomes of it on the way to a family.
        ///
        /// What is past is noted in its place where it can't be said: it never excludes a provider.
        func treatment(in family: WireFamily) -> Treatment {
            let treatment = feature.treatment(in: family)
            return treatment == .refused && isPast ? .dropped : treatment
        }
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
        findings.append(Finding(feature: feature, path: path, isPast: isPast))
    }
}
