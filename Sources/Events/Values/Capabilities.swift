/// What a request needs from a model, or what a model can do.
public struct Capabilities: OptionSet, Hashable, Sendable {
    /// One bit for each capability; a bit keeps its meaning for ever, since it is in the log.
    public let rawValue: UInt32

    /// A set from its bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Calls tools.
    public static let tools = Capabilities(rawValue: 1)
    /// Reads images.
    public static let vision = Capabilities(rawValue: 2)
    /// Answers in a given JSON schema.
    public static let structuredOutput = Capabilities(rawValue: 4)
    /// Streams its answer.
    public static let streaming = Capabilities(rawValue: 8)
    /// Gives embeddings.
    public static let embeddings = Capabilities(rawValue: 16)
    /// Reasons before it answers.
    public static let reasoning = Capabilities(rawValue: 32)
    /// Is good at code.
    public static let coding = Capabilities(rawValue: 64)
    /// Is good at anything.
    public static let general = Capabilities(rawValue: 128)
    /// Answers quickly.
    public static let fast = Capabilities(rawValue: 256)
    /// Reads 200,000 tokens and more.
    public static let longContext = Capabilities(rawValue: 512)

    private static let named: [(Capabilities, String)] = [
        (.tools, "tools"), (.vision, "vision"), (.structuredOutput, "structured output"),
        (.streaming, "streaming"), (.embeddings, "embeddings"), (.reasoning, "reasoning"),
        (.coding, "coding"), (.general, "general"), (.fast, "fast"),
        (.longContext, "long context"),
    ]

    /// The capability with this name; `-` and `_` may stand for a space.
    public init?(name: some StringProtocol) {
        let plain = name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 }
        guard let found = Self.named.first(where: { $0.1.elementsEqual(plain) }) else {
            return nil
        }
        self = found.0
    }

    /// The name of every capability, in a fixed order.
    public static var allNames: [String] { named.map(\.1) }

    /// The names of the members, in a fixed order.
    public var names: [String] {
        Self.named.filter { contains($0.0) }.map(\.1)
    }
}
