/// One step of a live check of a provider.
public struct CheckStep: Sendable {
    /// How it went.
    public enum Result: String, Sendable {
        /// It is as it should be.
        case passed
        /// It is not, and the provider can't be used so.
        case failed
        /// It was not looked at, for the reason in the detail.
        case skipped
        /// It works, but not everything is as one would wish.
        case noted
    }

    /// What was looked at: `connection`, `key`, `models`, `completion`, `usage`, `limits`.
    public var name: String
    /// How it went.
    public var result: Result
    /// What was found, and after a failure what to do; one line, without keys.
    public var detail: String
    /// How long it took, in microseconds; `nil` where nothing was asked.
    public var microseconds: Int64?

    init(_ name: String, _ result: Result, _ detail: String, microseconds: Int64? = nil) {
        self.name = name
        self.result = result
        self.detail = detail
        self.microseconds = microseconds
    }
}
