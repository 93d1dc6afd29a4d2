public import Events

/// Which provider and lane gave what only it can go on from, by fingerprints: stored responses and
/// reasoning that is encrypted.
///
/// In two halves, like `Conversations`, so that what is forgotten is the same in every replay.
public struct ResponseHolders: Hashable, Sendable {
    /// The most lines of a half: a few thousand turns of agents.
    static let halfLimit = 16_384

    private var young: [UInt64: ResponseHolder] = [:]
    private var old: [UInt64: ResponseHolder] = [:]

    /// Nobody.
    public init() {}

    /// Whether nothing is held anywhere.
    public var isEmpty: Bool { young.isEmpty && old.isEmpty }

    /// Who holds what has a fingerprint; `nil` where that is not known, or not any more.
    public subscript(fingerprint: UInt64) -> ResponseHolder? {
        young[fingerprint] ?? old[fingerprint]
    }

    mutating func finish(_ attempt: AttemptFinished, key: Int) {
        for fingerprint in attempt.held.prefix(AttemptFinished.heldLimit) {
            if young.count >= Self.halfLimit, young[fingerprint] == nil {
                old = young
                young = [:]
            }
            young[fingerprint] = ResponseHolder(provider: attempt.provider, key: key)
        }
    }
}

extension ResponseHolders: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "young", &young)
        visitor.table(2, "old", &old)
    }
}
