/// How long the events of the log are kept.
public enum LogRetention: Hashable, Sendable {
    /// For ever.
    case all
    /// For so many days.
    case days(Int)
    /// For so many whole calendar months (UTC) before the current one.
    case months(Int)
    /// The newest, as many as so many bytes hold.
    case bytes(Int)
}

extension LogRetention: CustomStringConvertible {
    /// The rule as a file writes it; `all` stands for none.
    public var description: String {
        switch self {
        case .all: "all"
        case .days(let count): "keepDays: \(count)"
        case .months(let count): "keepMonths: \(count)"
        case .bytes(let count): "keepBytes: \(count)"
        }
    }
}
