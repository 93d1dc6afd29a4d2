/// How long events are kept.
public enum Retention: Hashable, Sendable {
    /// For ever.
    case all
    /// For so many whole calendar months (UTC) before the current one.
    case months(Int)
    /// For so many days.
    case days(Int)
    /// As many of the newest as the segments of so many bytes hold.
    case bytes(Int)
}

extension Retention: CustomStringConvertible {
    /// The rule as the configuration writes it; `all` stands for none.
    public var description: String {
        switch self {
        case .all: "all"
        case .months(let count): "keepMonths: \(count)"
        case .days(let count): "keepDays: \(count)"
        case .bytes(let count): "keepBytes: \(count)"
        }
    }
}
