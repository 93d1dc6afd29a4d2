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
