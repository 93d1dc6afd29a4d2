public import Events

/// Where the event log is and what it promises.
public struct LogSettings: Hashable, Sendable {
    /// The data directory; `nil` leaves it to the command line.
    public var directory: String?
    /// When an event counts as written.
    public var durability = Durability.group
    /// What is kept of prompts and answers.
    public var capture = BodyCapture.features
    /// Events between two snapshots of the state, which let the next start fold only what follows.
    public var snapshotEvery = 250_000
    /// How long events are kept.
    public var retention = Retention.all
    /// For how many days the text of prompts and answers is kept, where it is kept at all.
    public var bodiesKeptDays = 30

    /// Group commit, features only, no directory named.
    public init() {}
}

/// What is kept of prompts and answers.
public enum BodyCapture: String, Hashable, Sendable, CaseIterable {
    /// Nothing that was made from their text.
    case none
    /// What learning needs, not the text itself.
    case features
    /// The text too, in a log of its own.
    case bodies
}
