/// How much may be spent, and what happens at the limit.
public struct BudgetPolicy: FieldRecord {
    /// In a calendar month (UTC); absent is no limit.
    public var monthly: Nanodollars?
    /// In a day (UTC); absent is no limit.
    public var daily: Nanodollars?
    /// In a month for a task, a tenant or a client's key.
    public var scopes: [ScopedBudget] = []
    /// The used share of a budget that raises an alert, in millionths.
    public var alertThreshold: Int = 0
    /// The output limit in tokens of requests that set none, at models that cost something.
    public var outputLimit: Int?
    /// What happens to a request that does not fit.
    public var onLimit: BudgetAction = .refuse
    /// Whether models of unknown price may be asked; their cost is in no budget.
    public var allowsUnpriced: Bool = false
    /// The output tokens that a streamed answer is reserved for while too little is known of its model;
    /// absent where all that it may take is reserved.
    public var expectedOutput: Int?

    /// A record with every field empty.
    public init() {}

    /// Whether anything is limited.
    public var isLimiting: Bool { monthly != nil || daily != nil || !scopes.isEmpty }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "monthly_nanodollars", &monthly)
        visitor.field(2, "daily_nanodollars", &daily)
        visitor.field(3, "scopes", &scopes)
        visitor.field(4, "alert_threshold_ppm", &alertThreshold)
        visitor.field(5, "output_limit", &outputLimit)
        visitor.field(6, "on_limit", &onLimit)
        visitor.field(7, "allows_unpriced", &allowsUnpriced)
        visitor.field(8, "expected_output", &expectedOutput)
    }
}

/// A budget of its own for some of the requests.
public struct ScopedBudget: FieldRecord {
    /// What it is for: `task:NAME`, `tenant:NAME` or `key:FINGERPRINT`.
    public var scope: String = ""
    /// In a calendar month (UTC).
    public var monthly: Nanodollars = .zero

    /// What a budget can be for.
    public enum Kind: String, Sendable, CaseIterable {
        /// A kind of work.
        case task
        /// A tenant that clients name.
        case tenant
        /// A client's key, by its fingerprint.
        case key

        /// The scope of the one with a name.
        public func scope(_ name: String) -> String { "\(rawValue):\(name)" }
    }

    /// A record with every field empty.
    public init() {}

    /// A budget for requests of a name.
    public init(_ kind: Kind, _ name: String, monthly: Nanodollars) {
        scope = kind.scope(name)
        self.monthly = monthly
    }

    /// What the scope is one of; `nil` for none that this build knows.
    public var kind: Kind? { Kind(rawValue: String(scope.prefix { $0 != ":" })) }

    /// The name of what the scope is, behind its kind.
    public var name: String { String(scope.drop { $0 != ":" }.dropFirst()) }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "scope", &scope)
        visitor.field(2, "monthly_nanodollars", &monthly)
    }
}

/// What happens to a request that a budget has no room for.
public enum BudgetAction: UInt8, FieldEnumeration {
    /// It gets an error.
    case refuse = 1
    /// It goes to a model that is free or still fits.
    case downgrade = 2
    /// It goes through, and that is recorded.
    case warn = 3

    /// It gets an error.
    public static var empty: BudgetAction { .refuse }
}
