/// Where a value of a card comes from; a later case goes before an earlier one.
public enum ValueOrigin: String, Sendable, CaseIterable, Comparable {
    /// The catalogue that this version of Logway ships.
    case shipped
    /// A price file that the user imported.
    case imported
    /// What the user wrote into the user catalogue.
    case overridden

    /// Orders by who goes first.
    public static func < (left: ValueOrigin, right: ValueOrigin) -> Bool {
        left != right && (left == .shipped || right == .overridden)
    }
}

/// A value of a card that has an origin of its own; the names are those of the file.
public enum CardField: String, Sendable, CaseIterable {
    /// `ModelCard.contextWindow`.
    case context
    /// `ModelCard.maxOutput`.
    case maxOutput
    /// `ModelCard.prices` with their date, source and limit: one offer, replaced as a whole, since a
    /// new input price beside an old cache price would be nobody's offer.
    case prices
    /// `ModelCard.capabilities`.
    case capabilities
    /// `ModelCard.parameters`.
    case parameters
    /// `ModelCard.tasks`.
    case tasks
    /// `ModelCard.strengths`.
    case strengths
    /// `ModelCard.weaknesses`.
    case weaknesses
    /// `ModelCard.benchmarks`.
    case benchmarks
    /// `ModelCard.gpuMemory`.
    case gpuMemory
    /// `ModelCard.taskQuality`.
    case quality
}
