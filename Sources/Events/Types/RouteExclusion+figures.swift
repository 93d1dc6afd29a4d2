extension RouteExclusion {
    /// What the exclusion rests on, in words; `nil` when the reason says it all.
    public var figures: String? {
        switch reason {
        case .noDefaultModel:
            "its models are not known: no list of them could be read, or it names none"
        case .contextTooSmall:
            limit.map { limit in
                "\(actual.map { "about \($0)" } ?? "unknown") tokens, at most \(limit)"
            }
        case .aboveCostLimit:
            limit.map { limit in
                "\(actual.map { "$\(Nanodollars($0))" } ?? "unknown cost"), at most "
                    + "$\(Nanodollars(limit))"
            }
        case .lacksCapability: lacks.names.joined(separator: ", ")
        default: shortage?.description
        }
    }
}
