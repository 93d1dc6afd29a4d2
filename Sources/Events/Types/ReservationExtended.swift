/// An attempt under way holds more than before, or holds it for longer.
///
/// Streamed attempts begin with what answers of their model usually take (docs/decisions/0047); while
/// the answer flows, this comes before what was written passes what is held.
public struct ReservationExtended: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// Which attempt of the request.
    public var number: Int = 0
    /// The output tokens that it holds from here on; absent where nothing limits them.
    public var output: Int?
    /// The money that it holds from here on; absent where a price is unknown.
    public var cost: Nanodollars?
    /// The output tokens that may have been written by then: what the extension was asked for.
    public var written: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "number", &number)
        visitor.field(3, "reserved_output", &output)
        visitor.field(4, "reserved_cost_nanodollars", &cost)
        visitor.field(5, "written", &written)
    }
}
