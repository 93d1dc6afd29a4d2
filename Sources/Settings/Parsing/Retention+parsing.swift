import Events

extension Retention {
    /// The section `retention` of `parent`: one of its keys, or `nil` for keeping all.
    init?(_ parent: Section) {
        let keys = ["keepDays", "keepMonths", "keepBytes"]
        guard let section = parent.section("retention", known: keys) else { return nil }
        guard section.keys.count <= 1 else {
            parent.report("has more than one rule", at: "retention", suggestion: "keep one of them")
            return nil
        }
        if let days = section.count("keepDays", in: 1...36_500) {
            self = .days(days)
        } else if let months = section.count("keepMonths", in: 1...1_200) {
            self = .months(months)
        } else if let bytes = section.count("keepBytes", in: 1_048_576...Int.max) {
            self = .bytes(bytes)
        } else {
            return nil
        }
    }
}
