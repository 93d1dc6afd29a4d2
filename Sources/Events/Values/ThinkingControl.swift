/// How a model is told how much to think before it answers.
///
/// Models of one family differ in it: the catalogue has it as data, by the models' names.
public struct ThinkingControl: Hashable, Sendable {
    /// What an amount of thinking is for the model.
    public enum Form: String, Sendable, CaseIterable {
        /// It does not think, and refuses a request that asks for it.
        case never
        /// It thinks or does not; there is no amount.
        case toggle
        /// A word, one of `efforts`.
        case effort
        /// A count of tokens, within `budgets`.
        case budget
    }

    /// What an amount is for the model.
    public var form: Form
    /// The words that it takes, least first; only for the form `effort`, where there is at least one.
    public var efforts: [ThinkingEffort]
    /// The tokens that it takes; only for the form `budget`.
    public var budgets: ClosedRange<Int>
    /// The word that turns thinking on where no amount is said; `nil` for the family's own.
    public var on: String?
    /// The word, or for a budget the count, that turns thinking off; `nil` where it can't be.
    public var off: String?

    /// A control from its parts.
    ///
    /// - Precondition: a control of the form `effort` has efforts.
    public init(
        _ form: Form,
        efforts: [ThinkingEffort] = [],
        budgets: ClosedRange<Int> = 1...Int(UInt32.max),
        on: String? = nil,
        off: String? = nil
    ) {
        precondition(form != .effort || !efforts.isEmpty, "an effort has at least one word")
        self.form = form
        self.efforts = efforts.sorted()
        self.budgets = budgets
        self.on = on
        self.off = off
    }
}
