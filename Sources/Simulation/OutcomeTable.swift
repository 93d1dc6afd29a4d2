public import Events

/// Prompts with the answers that several models gave to them, as they were recorded.
///
/// One JSON object a line: `id`, `dataset`, `domain`, `prompt` and `outcomes` from model to
/// `quality` (0 to 1), `input_tokens`, `output_tokens`, `cost_usd` and `answer`, of which the last
/// two may be missing.
public struct OutcomeTable: Sendable {
    /// The rows in the order of the file.
    public let rows: [OutcomeRow]
    /// Every model that answered any prompt, sorted.
    public let models: [String]
    private let places: [String: Int]

    /// A table of these rows; a prompt that stands twice is answered as in its first row.
    public init(rows: [OutcomeRow]) {
        self.rows = rows
        models = Set(rows.flatMap(\.outcomes.keys)).sorted()
        places = Dictionary(zip(rows.map(\.prompt), rows.indices)) { first, _ in first }
    }

    /// The row of a prompt, in constant time.
    public func row(prompt: String) -> OutcomeRow? {
        places[prompt].map { rows[$0] }
    }
}

/// One prompt with every model's outcome.
public struct OutcomeRow: Hashable, Sendable {
    /// The row's id in its data set.
    public var id: String
    /// The data set.
    public var dataset: String
    /// The subject within the data set.
    public var domain: String
    /// The prompt, which is the last user message of a request.
    public var prompt: String
    /// What each model made of it.
    public var outcomes: [String: RecordedOutcome]

    /// A row from its parts.
    public init(
        id: String,
        dataset: String,
        domain: String,
        prompt: String,
        outcomes: [String: RecordedOutcome]
    ) {
        self.id = id
        self.dataset = dataset
        self.domain = domain
        self.prompt = prompt
        self.outcomes = outcomes
    }
}

/// What one model made of one prompt.
public struct RecordedOutcome: Hashable, Sendable {
    /// How good the answer was, 0 to 1.
    public var quality: Double
    /// The prompt's tokens.
    public var inputTokens: Int
    /// The answer's tokens.
    public var outputTokens: Int
    /// What it cost, to the nearest nano-dollar; `nil` where it was not recorded.
    public var cost: Nanodollars?
    /// The answer; `nil` where it was not recorded.
    public var answer: String?

    /// An outcome from its parts.
    public init(
        quality: Double,
        inputTokens: Int,
        outputTokens: Int,
        cost: Nanodollars? = nil,
        answer: String? = nil
    ) {
        self.quality = quality
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cost = cost
        self.answer = answer
    }
}
