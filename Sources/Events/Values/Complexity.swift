/// How much a request asks of a model: a view for people, and what picks a tier of models.
public enum Complexity: UInt8, FieldEnumeration {
    /// Any model answers it.
    case simple = 1
    /// A usual piece of work.
    case moderate = 2
    /// Work for a good model.
    case complex = 3
    /// Work for the best.
    case veryComplex = 4

    /// The first case; a complexity is always written as an optional.
    public static var empty: Complexity { .simple }

    /// The complexity with this name; `very-complex` and `very_complex` are `very complex`.
    public init?(name: some StringProtocol) {
        let plain = name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 }
        guard let level = Self.allCases.first(where: { $0.name.elementsEqual(plain) }) else {
            return nil
        }
        self = level
    }
}

/// Where a model stands among all, by what it can do.
public enum ModelTier: UInt8, FieldEnumeration {
    /// Small, quick and cheap.
    case small = 1
    /// For usual work.
    case medium = 2
    /// Good at hard work.
    case large = 3
    /// The best there is.
    case frontier = 4

    /// The first case; a tier is always written as an optional.
    public static var empty: ModelTier { .small }
}
