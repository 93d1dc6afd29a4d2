/// A configuration came into force.
public struct ConfigurationApplied: FieldRecord {
    /// The file it was read from, or how else it came about.
    public var source: String = ""
    /// The settings in force in a canonical form, without secrets.
    public var summary: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "source", &source)
        visitor.field(2, "summary", &summary)
    }
}

/// A table of prices came into force, replacing the one before.
public struct PricesApplied: FieldRecord {
    /// The prices, by provider and model.
    public var prices: [ModelPrices] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "prices", &prices)
    }
}

/// What one model costs at one provider.
public struct ModelPrices: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent for every model of the provider that has no line.
    public var model: String?
    /// The prices.
    public var prices: TokenPrices = TokenPrices()
    /// Where they come from: `configuration`, or the catalogue and its date.
    public var source: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "prices", &prices)
        visitor.field(4, "source", &source)
    }
}

/// A gateway process opened the log.
public struct NodeStarted: FieldRecord {
    /// The version of Logway.
    public var version: String = ""
    /// The node's id in a fleet.
    public var node: UInt64 = 0
    /// The process id.
    public var process: Int = 0
    /// The durability policy: strict, group or async.
    public var durability: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "version", &version)
        visitor.field(2, "node", &node)
        visitor.field(3, "process", &process)
        visitor.field(4, "durability", &durability)
    }
}

/// A gateway process closed the log in good order.
public struct NodeStopped: FieldRecord {
    /// The node's id in a fleet.
    public var node: UInt64 = 0
    /// Why it stopped.
    public var reason: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "node", &node)
        visitor.field(2, "reason", &reason)
    }
}

/// The log was opened after a crash, and this is what was found.
public struct LogRecovered: FieldRecord {
    /// The segment whose tail was torn.
    public var segment: Int64 = 0
    /// The byte offset at which it was cut.
    public var offset: Int64 = 0
    /// The bytes that were cut; 0 when nothing was torn.
    public var cutBytes: Int64 = 0
    /// Requests that were in flight, each completed as interrupted after this.
    public var interruptedRequests: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "segment", &segment)
        visitor.field(2, "offset", &offset)
        visitor.field(3, "cut_bytes", &cutBytes)
        visitor.field(4, "interrupted_requests", &interruptedRequests)
    }
}
