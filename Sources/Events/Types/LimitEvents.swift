/// A quota or a budget that has no room for a request.
public struct LimitShortage: FieldRecord {
    /// Which one: a kind of quota (`tokensPerMinute`), after its model where it is of one, or a budget
    /// (`monthly`, `task:documentation`).
    public var name: String = ""
    /// How much there is: requests, tokens, or nano-dollars for a budget.
    public var limit: Int64 = 0
    /// How much of it is used or spent.
    public var used: Int64 = 0
    /// How much of it running attempts hold.
    public var reserved: Int64 = 0
    /// How much the request needs.
    public var needed: Int64 = 0
    /// Whether it is money, in nano-dollars.
    public var isMoney: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "limit", &limit)
        visitor.field(3, "used", &used)
        visitor.field(4, "reserved", &reserved)
        visitor.field(5, "needed", &needed)
        visitor.field(6, "money", &isMoney)
    }
}

extension LimitShortage: CustomStringConvertible {
    /// The figures in a few words.
    public var description: String {
        func amount(_ count: Int64) -> String {
            isMoney ? "$\(Nanodollars(count))" : "\(count)"
        }
        return "\(name) limit \(amount(limit)), used \(amount(used)), "
            + "reserved \(amount(reserved)), this request up to \(amount(needed))"
    }
}

/// A provider said more of a quota than was known: others use the same account.
///
/// Not every answer's headers are recorded, only what changes a count (`Quotas.news`).
public struct QuotaTick: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model that was asked, since providers count by model.
    public var model: String = ""
    /// Which of the provider's keys; 0 for the first.
    public var key: Int = 0
    /// What is counted.
    public var kind: QuotaKind = .requestsPerMinute
    /// How much the provider allows; absent when it did not say.
    public var limit: Int?
    /// How much it says is left.
    public var remaining: Int = 0
    /// When it says that more comes; absent when it did not say.
    public var resetsAt: Timestamp?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "key", &key)
        visitor.field(4, "kind", &kind)
        visitor.field(5, "limit", &limit)
        visitor.field(6, "remaining", &remaining)
        visitor.field(7, "resets_at", &resetsAt)
    }
}

/// A quota is nearly used up; once in a window for each step.
public struct QuotaWarned: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent when the quota is of all the provider's models.
    public var model: String?
    /// Which of the provider's keys; 0 for the first.
    public var key: Int = 0
    /// What is counted.
    public var kind: QuotaKind = .requestsPerMinute
    /// The step that was reached, in per cent: 80 or 90.
    public var percent: Int = 0
    /// How much of it is used.
    public var used: Int = 0
    /// How much of it there is.
    public var limit: Int = 0
    /// When it begins anew.
    public var resetsAt: Timestamp = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "key", &key)
        visitor.field(4, "kind", &kind)
        visitor.field(5, "percent", &percent)
        visitor.field(6, "used", &used)
        visitor.field(7, "limit", &limit)
        visitor.field(8, "resets_at", &resetsAt)
    }
}

/// A budget's used share reached the threshold; once in its period.
public struct BudgetAlerted: FieldRecord {
    /// Which budget: `monthly`, `daily`, or a scope such as `task:documentation`.
    public var budget: String = ""
    /// When its period began.
    public var periodStart: Timestamp = .empty
    /// What was spent in the period, what is assumed for attempts of unknown cost included.
    public var spent: Nanodollars = .zero
    /// What running attempts may still cost.
    public var reserved: Nanodollars = .zero
    /// How much may be spent.
    public var limit: Nanodollars = .zero
    /// The threshold in millionths of the limit.
    public var threshold: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "budget", &budget)
        visitor.field(2, "period_start", &periodStart)
        visitor.field(3, "spent_nanodollars", &spent)
        visitor.field(4, "reserved_nanodollars", &reserved)
        visitor.field(5, "limit_nanodollars", &limit)
        visitor.field(6, "threshold_ppm", &threshold)
    }
}
