public import Events
public import Foundation

/// A score that somebody published.
public struct Benchmark: Hashable, Sendable {
    /// The benchmark and how it was run: `GPQA Diamond, high effort, no tools`.
    public let name: String
    /// The score in per cent, as published.
    public let percent: Decimal
    /// Who published it where.
    public let source: String
    /// The day of the publication.
    public let asOf: CivilDate
}

/// The memory that a model's weights need on a GPU; the context comes on top.
public struct GPUMemory: Hashable, Sendable {
    /// Bytes.
    public let bytes: Int
    /// Who says so, and of which form of the weights.
    public let source: String
    /// The day on which it was read, or that the source states.
    public let asOf: CivilDate
}
